package sim

import (
	"net/http"

	"github.com/cnsms/cnsms/provider/facts"
)

// Service is one simulated SMS service: it says which requests are its own, what
// it decides about each, and how the decision looks on the wire. Everything else
// is the server's: scripted refusals and faults, recording, the account's balance
// and its limits.
//
// Name, Owns and Codes are called concurrently. Judge and Answer are too, unless
// the service embeds an *[Account]: then the server lets one request of the account
// pass after the other, from the beginning of Judge to the end of Answer.
type Service interface {
	// Name is the service's name, such as "ihuyi".
	Name() string
	// Owns reports whether a request is meant for this service, by its path, host or
	// headers. Few services read the body for it, whose clients may name the call there
	// alone; they put another Body in its place, from the beginning.
	Owns(r *http.Request) bool
	// Codes are the service's codes. The first table has every code that a send can
	// be refused with; a refusal's words come from there. Scripted refusals choose
	// among the codes of all tables.
	Codes() facts.Codes
	// Judge decides about a request by the service's own rules, and changes nothing:
	// the script may still refuse what Judge grants. A change belongs into
	// [Outcome.Then].
	Judge(c *Call) Outcome
	// Answer writes an outcome in the service's wire format. A refusal has its Words,
	// and a granted request what Outcome.Then has returned.
	Answer(c *Call, o Outcome) Reply
}
