package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
)

// wave is how many numbers bots ask for at a time.
const wave = 40

// segment is the part of a number that the bots' numbers begin with, in E.164 form; the rest
// is 9 and the number of the wish.
const segment = "+861380013"

// isBots reports whether a number is one that bots ask for.
func isBots(number string) bool { return strings.HasPrefix(number, segment+"9") }

// bots ask for codes to numbers that are none of theirs, from an address each. The guard lets
// a few through, and then wants a challenge of everybody who asks for numbers like
// those and was not here before.
type bots struct {
	codes *otp.Service

	mu    sync.Mutex
	asked int
	sent  []string // ids of the verifications that a text went out for, the latest waves only
}

// attack asks for a wave of numbers.
func (b *bots) attack(ctx context.Context) error {
	for i := range wave {
		number := fmt.Sprintf("%s9%03d", segment, i)
		v, err := b.codes.Start(ctx, otp.StartRequest{
			Purpose: purposeLogin, Phone: number, Binding: "bot " + number, Client: fmt.Sprintf("198.18.%d.7", i),
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.count(v, err)
	}
	return nil
}

func (b *bots) count(v otp.Verification, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	if err == nil && v.Sent {
		b.sent = append(b.sent, v.ID)
		b.sent = b.sent[max(0, len(b.sent)-10*wave):]
	}
}

// botView is what came of it.
type botView struct {
	Asked int            `json:"asked"`
	Sent  int            `json:"sent"`
	Spent failover.Money `json:"spent"`
}

// without takes the bots' verifications out of a list, and sums them up.
func (b *bots) without(all []ledger.Verification) ([]ledger.Verification, botView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := botView{Asked: b.asked, Sent: len(b.sent)}
	people := []ledger.Verification{}
	for _, one := range all {
		switch {
		case slices.Contains(b.sent, one.ID):
			v.Spent += one.Cost.Most
		case len(people) < kept:
			people = append(people, one)
		}
	}
	return people, v
}
