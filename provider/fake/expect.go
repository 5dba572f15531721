package fake

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/provider"
)

// The expectations print what the fake has seen when they fail: numbers masked,
// and the names of parameters without their values, because the output of tests
// ends up in build logs that many can read. Read the values through Sent and
// CodeFor where a test needs them.

// ExpectSent checks that a message with that template was accepted for that
// phone, and returns the last such message. It ends the test otherwise.
func (p *Provider) ExpectSent(tb testing.TB, phone provider.Phone, template string) provider.Message {
	tb.Helper()
	attempts := p.Attempts()
	for i := len(attempts) - 1; i >= 0; i-- {
		m := attempts[i].Message
		if attempts[i].Err == nil && m.To == phone && m.Template == template {
			return m
		}
	}
	tb.Fatalf("the fake accepted no message with the template %q for %v%s%s", template, phone, lookalike(attempts, phone), history(attempts))
	return provider.Message{}
}

// ExpectCode checks that the phone got a text with a code, and returns the last
// one. It ends the test otherwise.
func (p *Provider) ExpectCode(tb testing.TB, phone provider.Phone) string {
	tb.Helper()
	code := p.CodeFor(phone)
	if code == "" {
		attempts := p.Attempts()
		tb.Fatalf("%v got no code%s%s", phone, lookalike(attempts, phone), history(attempts))
	}
	return code
}

// ExpectCount checks how many messages were accepted. It ends the test
// otherwise.
func (p *Provider) ExpectCount(tb testing.TB, want int) {
	tb.Helper()
	if got := len(p.Sent()); got != want {
		tb.Fatalf("the fake accepted %s, want %d%s", messages(got), want, history(p.Attempts()))
	}
}

// ExpectNothing checks that the program did not try to send anything. It ends the
// test otherwise.
func (p *Provider) ExpectNothing(tb testing.TB) {
	tb.Helper()
	if attempts := p.Attempts(); len(attempts) > 0 {
		tb.Fatalf("the program tried to send something, want nothing%s", history(attempts))
	}
}

// history lists the attempts for a person.
func history(attempts []Attempt) string {
	if len(attempts) == 0 {
		return "\nThe program did not try to send anything."
	}
	var b strings.Builder
	b.WriteString("\nThe program tried to send:")
	for i, attempt := range attempts {
		m := attempt.Message
		fmt.Fprintf(&b, "\n  %d. to %v, template %q, params %v", i+1, orNobody(m.To), m.Template, m.Params)
		if attempt.Batch > 0 {
			fmt.Fprintf(&b, ", batch %d", attempt.Batch)
		}
		if m.Ref != "" {
			fmt.Fprintf(&b, ", ref %q", m.Ref)
		}
		if attempt.Err != nil {
			fmt.Fprintf(&b, ": refused: %v", attempt.Err)
		} else {
			fmt.Fprintf(&b, ": accepted as %s", attempt.Receipt.ID)
		}
	}
	return b.String()
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return strconv.Itoa(n) + " messages"
}

func orNobody(phone provider.Phone) string {
	if phone.IsZero() {
		return "nobody"
	}
	return phone.String()
}

// lookalike warns when another number among the accepted attempts looks like phone
// when both are masked.
func lookalike(attempts []Attempt, phone provider.Phone) string {
	for _, attempt := range attempts {
		to := attempt.Message.To
		if attempt.Err == nil && to != phone && to.String() == phone.String() {
			return " (it accepted one for another number that looks the same when it is masked)"
		}
	}
	return ""
}
