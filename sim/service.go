package sim

import (
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

// Service is one simulated SMS service. Its methods are called concurrently.
type Service interface {
	// Name is the service's name, such as "ihuyi".
	Name() string
	// Owns reports whether a request is meant for this service, by its path,
	// host or headers. It does not read the body.
	Owns(r *http.Request) bool
	// Serve answers one request through c.Reply, as the real service would:
	// checks first, then the scripted refusal (c.Refusal), then c.Accept.
	Serve(c *Call)
	// Refusals lists every failure that the service can answer a send with.
	Refusals() []Refusal
}

// Refusal is one row of a service's table of failures.
type Refusal struct {
	// Code is the service's own code, as it stands on the wire.
	Code string
	// Kind and Scope are what the code means.
	Kind  provider.Kind
	Scope provider.Scope
	// MayHaveSent marks a code after which the text may be on its way.
	MayHaveSent bool
	// Text is the service's wording, or a description where the wording is not
	// known.
	Text string
}

// FindRefusal returns the first refusal with that code.
func FindRefusal(refusals []Refusal, code string) (Refusal, bool) {
	for _, refusal := range refusals {
		if refusal.Code == code {
			return refusal, true
		}
	}
	return Refusal{}, false
}
