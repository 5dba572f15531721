package storetest

import (
	"sync"

	"github.com/cnsms/cnsms/otp"
)

var raceCases = []testCase{
	{"one right code of many", "of many right codes at the same time exactly one is Done, round after round", false, oneRightCode},
	{"as many wrong codes as there are tries", "racing wrong codes burn MaxTries tries and no more", false, racingWrongCodes},
	{"one claim of many", "of many claims at the same time exactly one is Done", false, oneClaim},
	{"one record of many", "of many equal requests at the same time exactly one stores a record", false, oneRecord},
	{"one approval of many", "of many approvals at the same time exactly one is Done", false, oneApproval},
}

const racers = 64

// race calls ask on many goroutines at the same time and counts the verdicts.
func (b *bench) race(ask func(i int) (otp.Answer, error)) map[otp.Verdict]int {
	var (
		mu     sync.Mutex
		wg     sync.WaitGroup
		counts = map[otp.Verdict]int{}
		begin  = make(chan struct{})
	)
	for i := range racers {
		wg.Go(func() {
			<-begin
			a, err := ask(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				b.Errorf("error %v\nthe rule: %s", err, b.rule)
			}
			counts[a.Verdict]++
		})
	}
	close(begin)
	wg.Wait()
	return counts
}

func oneRightCode(b *bench) {
	for n := range 50 {
		r := b.pending(n, func(c *otp.Creation) { c.Record.Phone, c.Record.MaxTries = name("phone", n), racers })
		counts := b.race(func(int) (otp.Answer, error) { return b.try(r, true) })
		b.that(counts[otp.Done] == 1 && counts[otp.Ended] == racers-1, "round %d: %v", n, counts)
	}
}

func racingWrongCodes(b *bench) {
	r := b.pending(1)
	counts := b.race(func(int) (otp.Answer, error) { return b.try(r, false) })
	b.that(counts[otp.Mismatch] == r.MaxTries-1 && counts[otp.Spent] == 1 && counts[otp.Ended] == racers-r.MaxTries, "%v", counts)
	a, err := b.try(r, true)
	b.want(otp.Ended, a, err)
}

func oneClaim(b *bench) {
	r := b.pending(1, func(c *otp.Creation) { c.Record.MaxSends = racers; escalates(c) })
	b.Advance(Life/4 + Life/20)
	counts := b.race(func(i int) (otp.Answer, error) {
		if i%2 == 0 {
			return b.claim(r)
		}
		return b.claimByItself(r, 1)
	})
	b.that(counts[otp.Done] == 1 && counts[otp.Done]+counts[otp.TooEarly]+counts[otp.Stale] == racers, "%v", counts)
}

func oneRecord(b *bench) {
	counts := b.race(func(i int) (otp.Answer, error) {
		return b.Store.Create(b.Context(), creation(i, func(c *otp.Creation) { c.Record.Pending = name("pending", 0) }))
	})
	b.that(counts[otp.Done] == 1 && counts[otp.Found] == racers-1, "%v", counts)
}

func oneApproval(b *bench) {
	r := b.held(1)
	b.must(b.try(r, false))
	counts := b.race(func(int) (otp.Answer, error) { return b.Store.Approve(b.Context(), r.ID) })
	b.that(counts[otp.Done] == 1 && counts[otp.Ended] == racers-1, "%v", counts)
}
