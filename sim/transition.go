package sim

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// This file lets simulators work that have not moved to Judge and Answer. It goes
// when the last of them has: with it the wrapping in New, and the case in serve.

// Old is what a simulator embeds that still has Serve and Refusals. Its methods are
// never called.
type Old struct{}

// Codes is never called.
func (Old) Codes() facts.Codes { return facts.Codes{} }

// Judge is never called.
func (Old) Judge(*Call) Outcome { return Outcome{} }

// Answer is never called.
func (Old) Answer(*Call, Outcome) Reply { return Reply{} }

// oldService is what simulators were.
type oldService interface {
	Service
	Serve(c *Call)
	Refusals() []Refusal
}

// moved is an old service with its table as codes.
type moved struct {
	oldService

	codes facts.Codes
}

func (m moved) Codes() facts.Codes { return m.codes }

// wrapOld wraps the old services among the given ones.
func wrapOld(services []Service) []Service {
	wrapped := make([]Service, len(services))
	for i, service := range services {
		wrapped[i] = service
		if old, ok := service.(oldService); ok {
			wrapped[i] = moved{old, CodesOf(old)}
		}
	}
	return wrapped
}

// CodesOf returns the codes of any service, those of old ones made of Refusals.
func CodesOf(s Service) facts.Codes {
	old, ok := s.(oldService)
	if !ok {
		return s.Codes()
	}
	var table strings.Builder
	listed := map[string]bool{}
	for _, row := range old.Refusals() {
		if listed[row.Code] {
			continue
		}
		listed[row.Code] = true
		meaning := row.Kind.String()
		if row.Scope != provider.ScopeNone {
			meaning += " by " + row.Scope.String()
		}
		if row.MayHaveSent {
			meaning += ", may have been sent"
		}
		fmt.Fprintf(&table, "%s | %s | %s\n", row.Code, meaning, row.Text)
	}
	return facts.MustParseCodes(table.String())
}

// Refusal is one row of an old service's table of failures.
type Refusal struct {
	Code        string
	Kind        provider.Kind
	Scope       provider.Scope
	MayHaveSent bool
	Text        string
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

// Refusal returns the failure that the script wants an old service to refuse with.
func (c *Call) Refusal() (Refusal, bool) {
	o, ok := c.Scripted()
	row, _ := rowOf(c.service.Codes(), o.Code)
	return Refusal{Code: o.Code, Kind: row.Kind, Scope: row.Scope, MayHaveSent: row.MayHaveSent, Text: o.Words}, ok
}

// Explain records why an old service refuses the request.
func (c *Call) Explain(format string, args ...any) { c.verdict = fmt.Sprintf(format, args...) }

// Accept records a text that an old service takes.
func (c *Call) Accept(m Text) Text {
	m.Service, m.At = c.service.Name(), c.Now
	m = c.server.recorder.addText(m)
	c.accepted = append(c.accepted, m)
	return m
}

// Reply sets the answer of an old service.
func (c *Call) Reply(status int, contentType string, body []byte) {
	c.reply = Reply{Status: status, ContentType: contentType, Body: body, Header: http.Header{}}
}

// ReplyHeader adds a header to the answer that Reply has set.
func (c *Call) ReplyHeader(name, value string) { c.reply.Header.Set(name, value) }

// ReplyJSON answers with v encoded as JSON.
func (c *Call) ReplyJSON(status int, contentType string, v any) {
	c.Reply(status, contentType, JSON(status, contentType, v).Body)
}
