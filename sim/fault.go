package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// Effect is what a fault does to a request. As JSON and other text an Effect is its
// name.
type Effect int

const (
	// EffectRefuse lets the service refuse in its own format what it would have
	// granted: with Fault.Code, or with its first code of Fault.Kind and Fault.Scope.
	EffectRefuse Effect = iota
	// EffectDelay answers properly, after Fault.Delay.
	EffectDelay
	// EffectHangBefore never answers, and the service has not seen the request.
	EffectHangBefore
	// EffectHangAfter never answers, but the service has accepted.
	EffectHangAfter
	// EffectResetBefore breaks the connection before the service sees the request.
	EffectResetBefore
	// EffectResetAfter breaks the connection after the service has accepted.
	EffectResetAfter
	// EffectTruncate accepts and breaks the connection in the middle of the answer.
	EffectTruncate
	// EffectGarbage accepts and answers with bytes that are no text at all.
	EffectGarbage
	// EffectContentType accepts and answers with Fault.ContentType.
	EffectContentType
	// EffectReply answers with Fault.Status, ContentType, Location and Body in the
	// place of the service, which does not see the request.
	EffectReply
)

var effectNames = [...]string{
	EffectRefuse:      "refuse",
	EffectDelay:       "delay",
	EffectHangBefore:  "hang before",
	EffectHangAfter:   "hang after",
	EffectResetBefore: "reset before",
	EffectResetAfter:  "reset after",
	EffectTruncate:    "truncate",
	EffectGarbage:     "garbage",
	EffectContentType: "content type",
	EffectReply:       "reply",
}

// String returns the effect's name, such as "hang after".
func (e Effect) String() string {
	if e < 0 || int(e) >= len(effectNames) {
		return "Effect(" + strconv.Itoa(int(e)) + ")"
	}
	return effectNames[e]
}

// MarshalText writes the effect's name.
func (e Effect) MarshalText() ([]byte, error) {
	if e < 0 || int(e) >= len(effectNames) {
		return nil, fmt.Errorf("sim: no such effect: %d", int(e))
	}
	return []byte(effectNames[e]), nil
}

// UnmarshalText reads what MarshalText writes.
func (e *Effect) UnmarshalText(text []byte) error {
	i := slices.Index(effectNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("sim: no such effect: %q; want one of: %s", text, strings.Join(effectNames[:], ", "))
	}
	*e = Effect(i)
	return nil
}

// Forever, as Fault.Times, meets every request from then on.
const Forever = -1

// Fault is one line of the script: which requests it meets, and what happens
// to them.
type Fault struct {
	// Service limits the fault to the service of that name. Empty: any.
	Service string
	// Skip lets that many matching requests through first.
	Skip int
	// Times is how many requests it meets after that: 0 means one, Forever all.
	Times int
	// Effect is what happens.
	Effect Effect

	// Code is the service's code (EffectRefuse).
	Code string
	// Kind and Scope choose a code of a send when Code is empty (EffectRefuse).
	Kind  provider.Kind
	Scope provider.Scope
	// Text is what the service says with the code (EffectRefuse). Empty: its own
	// words.
	Text string
	// Unlisted allows a Code that is in no table of the service (EffectRefuse).
	Unlisted bool
	// Delay is how long to wait (EffectDelay).
	Delay time.Duration
	// Status is the HTTP status (EffectReply); 0 means 200.
	Status int
	// ContentType is the header's value (EffectContentType, EffectReply).
	ContentType string
	// Location is the header's value (EffectReply); empty leaves it out.
	Location string
	// Body is the answer (EffectReply).
	Body []byte

	id  int // position in the script, from 1
	met int // requests that matched so far
}

// outcome is the refusal that the fault asks for, if a service with those codes has
// it.
func (f *Fault) outcome(codes facts.Codes) (Outcome, bool) {
	row, ok := f.row(codes)
	if !ok && !f.Unlisted {
		return Outcome{}, false
	}
	o := Outcome{Code: row.Code, Words: row.Words, Verdict: "scripted refusal"}
	if f.Code != "" {
		o.Code = f.Code // the row may be that of a run or a family
	}
	if f.Text != "" {
		o.Words = f.Text
	}
	return o, true
}

// row finds the row of the service's table that the fault asks for.
func (f *Fault) row(codes facts.Codes) (facts.Code, bool) {
	if f.Code != "" {
		row, ok := rowOf(codes, f.Code)
		return row, ok && !row.OK
	}
	for row := range codes.All() {
		if !row.OK && !row.IsFamily() && row.Kind == f.Kind && (f.Scope == provider.ScopeNone || row.Scope == f.Scope) {
			return row, true
		}
	}
	return facts.Code{}, false
}

// concerns reports whether the fault can happen to a request of that service. A
// refusal concerns only the services that have it.
func (f *Fault) concerns(s Service) bool {
	if f.Service != "" && f.Service != s.Name() {
		return false
	}
	if f.Effect != EffectRefuse {
		return true
	}
	_, ok := f.outcome(s.Codes())
	return ok
}

// meets counts the request and reports whether the fault, which is not spent,
// happens to it.
func (f *Fault) meets(s Service) bool {
	if !f.concerns(s) {
		return false
	}
	f.met++
	return f.met > f.Skip
}

// spent reports whether the fault has met all its requests.
func (f *Fault) spent() bool {
	return f.Times != Forever && f.met >= f.Skip+max(f.Times, 1)
}
