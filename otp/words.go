package otp

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Words are sentences for users, in the language that a list of languages asks for. The list
// is written as the header Accept-Language is: Words("en"), Words("en-US,zh;q=0.5"). There
// are Chinese ("zh") and English ("en"); where neither is asked for, it is Chinese.
//
// The sentences may change from version to version. Programs branch on [Code] and
// Error.Rule.
type Words string

// For returns what to tell the user about an error of a Service: what happened, and what
// to do next. Any other error is told as Unavailable is, and nil as "".
func (w Words) For(err error) string {
	if err == nil {
		return ""
	}
	e := &Error{Code: Unavailable}
	errors.As(err, &e)
	t := w.sentences()
	sentence, known := t.codes[e.Code]
	if !known {
		sentence = t.codes[Unavailable]
	}
	if byRule, there := t.rules[string(e.Code)+" "+e.Rule]; there {
		sentence = byRule
	}
	if e.Code == WrongCode && e.TriesLeft > 0 {
		sentence = t.triesLeft(e.TriesLeft)
	}
	when := t.later
	if e.RetryAfter > 0 {
		when = strings.ReplaceAll(t.after, "{span}", t.span(e.RetryAfter))
	}
	return strings.ReplaceAll(sentence, "{when}", when)
}

// About returns what to tell the user about a verification: where the text is, or how it
// ended.
func (w Words) About(v Verification) string {
	t := w.sentences()
	switch v.State {
	case Approved:
		return t.verified
	case Exhausted:
		return w.For(&Error{Code: NoTries})
	case Expired:
		return w.For(&Error{Code: TimeOver})
	case Canceled:
		return w.For(&Error{Code: GivenUp})
	case Undeliverable:
		return w.For(&Error{Code: NotSent})
	case Reserved, Pending:
	}
	sentence := t.onItsWay
	switch {
	case v.Delivered:
		sentence = t.delivered
	case v.Sent:
		sentence = t.sent
	}
	return strings.ReplaceAll(sentence, "{span}", t.span(v.ExpiresIn))
}

// sentences are those of one language. {when} stands for later or after, {span} for a time.
type sentences struct {
	codes                               map[Code]string
	rules                               map[string]string // by code and rule; without one it is codes
	triesLeft                           func(n int) string
	later, after                        string
	sent, onItsWay, delivered, verified string
	units                               func(n int, unit time.Duration) string
}

// span is a time in the largest unit that says it well, rounded up.
func (t sentences) span(d time.Duration) string {
	unit := time.Hour
	switch {
	case d <= 2*time.Minute:
		unit = time.Second
	case d <= 2*time.Hour:
		unit = time.Minute
	}
	return t.units(int((d+unit-1)/unit), unit)
}

func (w Words) sentences() sentences {
	if w.language() == "en" {
		return english
	}
	return chinese
}

// mostLanguages is how much of a list of languages is read.
const mostLanguages = 32

// language is the language of the list that is wanted most: "zh" or "en".
func (w Words) language() string {
	best, most := "zh", 0.0
	for i, wanted := range strings.SplitN(string(w), ",", mostLanguages+1) {
		name, weight, weighted := strings.Cut(wanted, ";")
		primary, _, _ := strings.Cut(strings.TrimSpace(name), "-")
		quality := 1.0
		if weighted {
			quality = qualityOf(weight)
		}
		primary = strings.ToLower(primary)
		if primary == "*" {
			primary = "zh"
		}
		if (primary == "zh" || primary == "en") && quality > most && i < mostLanguages {
			best, most = primary, quality
		}
	}
	return best
}

// qualityOf reads "q=0.8"; what is written wrong counts nothing.
func qualityOf(weight string) float64 {
	value, isQ := strings.CutPrefix(strings.ToLower(strings.TrimSpace(weight)), "q=")
	quality, err := strconv.ParseFloat(value, 64)
	if !isQ || err != nil || !(quality >= 0 && quality <= 1) {
		return 0
	}
	return quality
}
