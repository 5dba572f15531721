package redisstore

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
)

// program writes a batch for op_guard_reserve.lua as one list of small numbers:
//
//	66, number of keys, price*, record,
//	for each key: exact,
//	number of sums, for each sum: key, series, from*, to*, today,
//	number of checks, for each check: sum, add*, floor*, if*, unless*, set*, clear*, effect,
//	    number of shares, for each share: sum, num*, den*
//
// Those with a star are indexes into the constants. Durations are milliseconds. A sum that
// several checks use is there once.
func program(b guard.Batch) (list, constants []byte) {
	w := writer{sums: make(map[guard.Sum]int64, len(b.Checks)), list: make([]int64, 0, 256), constants: make([]int64, 0, 32)}
	checks := make([]int64, 0, 512)
	for i := range b.Checks {
		c := &b.Checks[i]
		checks = append(checks, w.sum(c.Count), w.constant(c.Add), w.constant(c.Floor), w.constant(int64(c.If)), w.constant(int64(c.Unless)),
			w.constant(int64(c.Set)), w.constant(int64(c.Clear)), int64(c.Effect), int64(len(c.Shares)))
		for _, s := range c.Shares {
			checks = append(checks, w.sum(s.Sum), w.constant(s.Num), w.constant(s.Den))
		}
	}
	sums := w.list
	w.list = make([]int64, 0, len(sums)+len(checks)+len(b.Keys)+8)
	w.list = append(w.list, 'B', int64(len(b.Keys)), w.constant(b.Price), number(b.Record))
	for _, k := range b.Keys {
		w.list = append(w.list, number(k.Exact))
	}
	w.list = append(append(w.list, int64(len(w.sums))), sums...)
	w.list = append(append(w.list, int64(len(b.Checks))), checks...)
	return short(w.list), jsonList(w.constants)
}

type writer struct {
	list      []int64
	sums      map[guard.Sum]int64
	constants []int64
}

// constant returns the index of n among the constants, which are few.
func (w *writer) constant(n int64) int64 {
	i := slices.Index(w.constants, n)
	if i < 0 {
		i = len(w.constants)
		w.constants = append(w.constants, n)
	}
	return int64(i)
}

// sum returns the index of s, which it writes when it is new.
func (w *writer) sum(s guard.Sum) int64 {
	i, known := w.sums[s]
	if !known {
		i = int64(len(w.sums))
		w.sums[s] = i
		w.list = append(w.list, int64(s.Key), int64(s.Series), w.constant(s.From.Milliseconds()), w.constant(s.To.Milliseconds()), number(s.Today))
	}
	return i
}

// short writes a list as a byte for each number, which is read faster than JSON; as JSON
// when a number is no byte.
func short(list []int64) []byte {
	out := make([]byte, 0, len(list))
	for _, n := range list {
		if n < 0 || n > 255 {
			return jsonList(list)
		}
		out = append(out, byte(n))
	}
	return out
}

func jsonList(list []int64) []byte {
	out := make([]byte, 1, 2+8*len(list))
	out[0] = '['
	for _, n := range list {
		out = append(strconv.AppendInt(out, n, 10), ',')
	}
	out[len(out)-1] = ']'
	return out
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

var errAnswer = errors.New("redisstore: guard_reserve: the script's answer makes no sense")

// readOutcome reads what answer in op_guard_reserve.lua wrote.
func readOutcome(reply any) (guard.Outcome, error) {
	text, _ := reply.(string)
	n := make([]int64, 0, 16)
	for part := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return guard.Outcome{}, errAnswer
		}
		n = append(n, x)
	}
	if len(n) < 5 || len(n)%4 != 1 || n[1] < 0 || n[1] > int64(guard.Refuse) || n[4] < 0 || n[4] > math.MaxUint32 {
		return guard.Outcome{}, errAnswer
	}
	effect, flags := guard.Effect(n[1]), guard.Flags(n[4]) //nolint:gosec // The line above bounds them.
	out := guard.Outcome{Now: time.UnixMilli(n[0]), Effect: effect, Paid: n[2] == 1, Passed: n[3] == 1, Flags: flags}
	for h := n[5:]; len(h) > 0; h = h[4:] {
		out.Hits = append(out.Hits, guard.Hit{
			Check: int(h[0]), Count: h[1], Limit: h[2], Wait: time.Duration(h[3]) * time.Millisecond,
		})
	}
	return out, nil
}
