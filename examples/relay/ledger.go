package main

import (
	"context"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider/segments"
)

// price is what a text of Aliyun's 短信认证 costs, up to 1,000 a month: see its page in
// docs. A test compares the two.
const price = 60 * failover.Li

// ledger counts what was sent free and what was paid.
type ledger struct {
	free, freeSegments int
	paid               int
	spent              failover.Money
}

// attempt is the composer's OnAttempt: its Cost is exact.
func (l *ledger) attempt(_ context.Context, a failover.Attempt) {
	if a.Err == nil && a.Cost > 0 {
		l.paid++
		l.spent += a.Cost
	}
}

// sentFree counts a text that a phone has sent, as the paid service would have charged it:
// by segments, with its signature.
func (l *ledger) sentFree(text string) {
	l.free++
	l.freeSegments += segments.Count(text, aliyunSign)
}

// saved is what the free texts would have cost.
func (l *ledger) saved() failover.Money { return failover.Money(l.freeSegments) * price }
