package sim

import (
	"fmt"

	"github.com/cnsms/cnsms/provider/facts"
)

// Outcome is what a service decides about a request. The zero Outcome grants it.
type Outcome struct {
	// Code refuses the request with that code of the service.
	Code string
	// Words are what the service says with the code. Empty: those of the code's row.
	Words string
	// Page refuses the request outside of the service's own format, such as with a
	// page of HTTP 404. It is sent as it is; Answer is not asked.
	Page *Reply
	// Verdict explains a refusal to the person who debugs it: it begins with the
	// name of the field or of the part of the signature that is wrong.
	Verdict string

	// Texts are what is sent, when the request is granted.
	Texts []Text
	// Cost is what a granted request takes from the account's balance.
	Cost int
	// Data is whatever Answer needs to know.
	Data any
	// Then carries a granted request out, once nothing can refuse it any more: it
	// changes the service's own state. What it returns becomes Data.
	Then func() any
}

// Refuse refuses a request. The verdict begins with the name of the field at fault.
func Refuse(code, verdict string, args ...any) Outcome {
	return Outcome{Code: code, Verdict: fmt.Sprintf(verdict, args...)}
}

// RefuseWith refuses a request with a page that is not in the service's own format.
func RefuseWith(page Reply, verdict string, args ...any) Outcome {
	return Outcome{Page: &page, Verdict: fmt.Sprintf(verdict, args...)}
}

// NotSimulated refuses a call that the service has and the simulator has not: with
// words that begin with "not simulated", in the service's own format. The verdict
// begins with part, which is where the request names the call.
func NotSimulated(code, part, call string) Outcome {
	words := "not simulated: " + call
	return Outcome{Code: code, Words: words, Verdict: part + ": " + words}
}

// Accept grants a request and sends texts, which cost 1 each. The server fills in
// their Seq, At and Service.
func Accept(texts ...Text) Outcome { return Outcome{Texts: texts, Cost: len(texts)} }

// Grant grants a request that sends nothing. Answer finds data in Outcome.Data.
func Grant(data any) Outcome { return Outcome{Data: data} }

// Refused reports whether the request is refused.
func (o Outcome) Refused() bool { return o.Code != "" || o.Page != nil }

// FirstRefusal asks one check after the other, and returns the first refusal. When
// none refuses, it returns the zero Outcome.
func FirstRefusal[T any](c *Call, request T, checks ...func(*Call, T) Outcome) Outcome {
	for _, check := range checks {
		if o := check(c, request); o.Refused() {
			return o
		}
	}
	return Outcome{}
}

// refusal is the outcome without what only a granted one has, and with its words.
func (o Outcome) refusal(codes facts.Codes) Outcome {
	if o.Words == "" {
		row, _ := rowOf(codes, o.Code)
		o.Words = row.Words
	}
	o.Texts, o.Cost, o.Then = nil, 0, nil
	return o
}

// rowOf returns the row of a code: that of the first table which has it.
func rowOf(codes facts.Codes, code string) (facts.Code, bool) {
	row, ok := codes.Lookup(code)
	if ok {
		return row, true
	}
	for _, name := range codes.Tables() {
		if row, ok = codes.Table(name).Lookup(code); ok {
			return row, true
		}
	}
	return row, false
}
