package redisstore

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/otp"
)

// How a record is written is told in lua/read.lua: this file and that one have to agree. The first
// line is made here, but for its times, and never changes; the rest is made by the scripts.

// writeFixed writes what of a record never changes, without the times.
func writeFixed(r otp.Record) string {
	words := make([]string, 0, 17)
	for _, n := range []int64{int64(r.MaxTries), int64(r.Guesses), int64(r.MaxSends), r.EscalateAfter, int64(flag(r.NoCode)), int64(flag(r.Test))} {
		words = append(words, strconv.FormatInt(n, 10))
	}
	for _, text := range []string{r.KeyID, r.Tag, r.Binding, r.Phone, r.ID, r.Pending, r.Idempotency} {
		words = append(words, escape(text))
	}
	ladder := make([]string, 0, len(r.Ladder))
	for _, wait := range r.Ladder {
		ladder = append(ladder, strconv.FormatInt(wait, 10))
	}
	words = append(words, escape(strings.Join(ladder, ",")), strconv.Itoa(r.Digits), escape(r.Purpose), escape(r.Sealed))
	return strings.Join(words, " ")
}

// readRecord reads a record. It was written by this package, but not necessarily by this
// version of it. Errors do not show it.
func readRecord(text string) (otp.Record, error) {
	fixed, rest, _ := strings.Cut(text, "\n")
	state, rest, _ := strings.Cut(rest, "\n")
	r := otp.Record{Sends: make([]otp.Send, 0, 1+strings.Count(rest, "\n"))}
	bad := readFixed(fixed, &r) || readState(state, &r)
	for line := range strings.SplitSeq(rest, "\n") {
		if strings.HasPrefix(line, "! ") { // a call that is known, for the scripts
			continue
		}
		send, wrong := readSend(line)
		r.Sends, bad = append(r.Sends, send), bad || wrong
	}
	if bad || r.ID == "" || len(r.Sends) == 0 {
		return otp.Record{}, errors.New("a record that is no record")
	}
	return r, nil
}

func readFixed(line string, r *otp.Record) (bad bool) {
	w := words{rest: line}
	r.Ends, r.Created, r.Lease, r.Expires = w.time(), w.time(), w.time(), w.time()
	r.MaxTries, r.Guesses, r.MaxSends, r.EscalateAfter = int(w.number()), int(w.number()), int(w.number()), w.number()
	r.NoCode, r.Test = w.number() == 1, w.number() == 1
	r.KeyID, r.Tag, r.Binding, r.Phone, r.ID, r.Pending, r.Idempotency = w.text(), w.text(), w.text(), w.text(), w.text(), w.text(), w.text()
	if ladder := w.text(); ladder != "" {
		r.Ladder = make([]int64, 0, 1+strings.Count(ladder, ","))
		for wait := range strings.SplitSeq(ladder, ",") {
			r.Ladder = append(r.Ladder, w.parse(wait))
		}
	}
	r.Digits, r.Purpose, r.Sealed = int(w.number()), w.text(), w.text()
	return w.over()
}

func readState(line string, r *otp.Record) (bad bool) {
	w := words{rest: line}
	r.State, r.Closed, r.Tries = otp.State(w.text()), w.time(), int(w.number())
	return w.over()
}

func readSend(line string) (s otp.Send, bad bool) {
	w := words{rest: line}
	s.At, s.Settled, s.Outcome = w.time(), w.time(), otp.Outcome(w.text())
	s.Provider, s.Message, s.Receipt = w.text(), w.text(), w.text()
	s.Delivered, s.Failed, s.ByItself, s.Ticket = w.time(), w.time(), w.number() == 1, w.text()
	return s, w.over()
}

// words takes a line apart, and remembers when something was wrong with it.
type words struct {
	rest string
	bad  bool
}

func (w *words) next() string {
	word, rest, _ := strings.Cut(w.rest, " ")
	w.rest, w.bad = rest, w.bad || word == ""
	return word
}

func (w *words) text() string {
	word := w.next()
	if word == "-" {
		return ""
	}
	if !strings.Contains(word, "%") {
		return word
	}
	text, ok := unescape(word)
	w.bad = w.bad || !ok
	return text
}

func (w *words) number() int64 { return w.parse(w.next()) }

func (w *words) time() otp.Time { return otp.Time(w.number()) }

func (w *words) parse(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	w.bad = w.bad || err != nil
	return n
}

// over reports whether something was wrong, or is left.
func (w *words) over() (bad bool) { return w.bad || w.rest != "" }

// escape writes a text as one word: - for none, and a % with two digits for what would
// end a word or a line, or be taken for something else.
func escape(text string) string {
	if text == "" {
		return "-"
	}
	if text != "-" && !slices.ContainsFunc([]byte(text), special) {
		return text
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if special(c) || text == "-" {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// special reports whether a byte is escaped: what Lua takes for a space or a control, and %.
func special(c byte) bool { return c <= ' ' || c == '%' || c >= 0x7f }

// unescape reads what escape has written.
func unescape(word string) (text string, ok bool) {
	b := make([]byte, 0, len(word))
	for i := 0; i < len(word); i++ {
		if word[i] != '%' {
			b = append(b, word[i])
			continue
		}
		if i+2 >= len(word) {
			return "", false
		}
		n, err := strconv.ParseUint(word[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b, i = append(b, byte(n)), i+2
	}
	return string(b), true
}
