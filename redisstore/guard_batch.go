package redisstore

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
)

// program writes a batch for guard_reserve.lua as one JSON array of whole numbers:
//
//	number of keys, price, record,
//	for each key: exact,
//	number of sums, for each sum: key, series, from, to, today,
//	number of checks, for each check: sum, add, floor, if, unless, set, clear, effect,
//	    number of shares, for each share: sum, num, den
//
// Durations are milliseconds. A sum that several checks use is there once.
func program(b guard.Batch) []byte {
	w := writer{text: make([]byte, 0, 4096), sums: make(map[guard.Sum]int64, len(b.Checks))}
	checks := writer{text: make([]byte, 0, 2048)}
	for i := range b.Checks {
		c := &b.Checks[i]
		checks.numbers(w.sum(c.Count), c.Add, c.Floor, int64(c.If), int64(c.Unless), int64(c.Set), int64(c.Clear), int64(c.Effect), int64(len(c.Shares)))
		for _, s := range c.Shares {
			checks.numbers(w.sum(s.Sum), s.Num, s.Den)
		}
	}
	sums := w.text
	w.text = make([]byte, 0, len(sums)+len(checks.text)+64)
	w.text = append(w.text, '[')
	w.numbers(int64(len(b.Keys)), b.Price, flag(b.Record))
	for _, k := range b.Keys {
		w.numbers(flag(k.Exact))
	}
	w.numbers(int64(len(w.sums)))
	w.text = append(w.text, sums...)
	w.numbers(int64(len(b.Checks)))
	w.text = append(w.text, checks.text...)
	w.text[len(w.text)-1] = ']'
	return w.text
}

type writer struct {
	text []byte
	sums map[guard.Sum]int64
}

// numbers writes numbers, each with a comma after it.
func (w *writer) numbers(list ...int64) {
	for _, n := range list {
		w.text = append(strconv.AppendInt(w.text, n, 10), ',')
	}
}

// sum returns the index of s, which it writes when it is new.
func (w *writer) sum(s guard.Sum) int64 {
	i, known := w.sums[s]
	if !known {
		i = int64(len(w.sums))
		w.sums[s] = i
		w.numbers(int64(s.Key), int64(s.Series), s.From.Milliseconds(), s.To.Milliseconds(), flag(s.Today))
	}
	return i
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func digit(b bool) byte { return '0' + byte(flag(b)) }

var errAnswer = errors.New("redisstore: guard: the script's answer makes no sense")

// readOutcome reads what answer in guard_reserve.lua wrote.
func readOutcome(text string) (guard.Outcome, error) {
	var n []int64
	for part := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return guard.Outcome{}, errAnswer
		}
		n = append(n, x)
	}
	if len(n) < 5 || len(n)%4 != 1 {
		return guard.Outcome{}, errAnswer
	}
	out := guard.Outcome{
		Now: time.UnixMilli(n[0]), Effect: guard.Effect(n[1]), Paid: n[2] == 1, Passed: n[3] == 1, Flags: guard.Flags(n[4]),
	}
	for h := n[5:]; len(h) > 0; h = h[4:] {
		out.Hits = append(out.Hits, guard.Hit{
			Check: int(h[0]), Count: h[1], Limit: h[2], Wait: time.Duration(h[3]) * time.Millisecond,
		})
	}
	return out, nil
}
