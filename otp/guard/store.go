package guard

import (
	"context"
	"errors"
	"time"
)

// ErrFull is what a store answers when it holds as many keys as it may. The guard
// then decides as in an outage.
var ErrFull = errors.New("guard: the store is full")

// Store keeps the counters. Each method is one atomic step that touches only the keys
// of its argument, so that a shared store can run it as one script. Safe for
// concurrent use. A store uses one clock for everybody who shares it, and no key
// outlives Keep after its last change. A key with nothing verified may go after 48 hours:
// only sums of what was verified look further back than a day.
type Store interface {
	// Reserve evaluates the checks of b and adds its events to every key or to none.
	// The error is for a store that cannot be asked; a refusal is an Outcome.
	Reserve(ctx context.Context, b Batch) (Outcome, error)
	// Settle books what became of an earlier Reserve. The first call for an ID counts,
	// later ones change nothing and are no error.
	Settle(ctx context.Context, s Settlement) error
}

// Keep is how long a key lives after its last change, and the longest window.
const Keep = 15 * 24 * time.Hour

// Series is a count that a key has.
type Series uint8

const (
	// Sent counts texts that were reserved and not released.
	Sent Series = iota
	// Open counts texts that were reserved and neither verified nor released.
	Open
	// Verified counts texts whose verification succeeded, at the time of the text.
	Verified
	// Wrong counts wrong codes.
	Wrong
	// Money counts what paid texts cost in fen, less what was given back.
	Money
	// SeriesCount is how many there are.
	SeriesCount
)

// Sum adds up one series of one key over the ages from To to From. The store counts
// a slot of time that is partly inside as a whole: it never counts too little.
type Sum struct {
	Key    int // index into Batch.Keys
	Series Series
	From   time.Duration
	To     time.Duration
	// Today counts from midnight in Beijing in place of From.
	Today bool
}

// Share is a sum times Num / Den.
type Share struct {
	Sum
	Num, Den int64
}

// Effect is what a check does that finds its limit passed.
type Effect uint8

const (
	// Note only sets the flag.
	Note Effect = iota
	// FreeOnly takes the paid way from the request.
	FreeOnly
	// Challenge asks for a challenge, which a good token answers.
	Challenge
	// Refuse refuses.
	Refuse
)

// Flags are bits that checks set and read.
type Flags uint32

const (
	// Passed is set before the first check when the batch's token was spent now.
	Passed Flags = 1 << iota
	// Paid is set before the first check when the batch wants the paid way.
	Paid
	// Owner stands for a session or address that verified this very number before.
	Owner
	// Clean stands for a session that verified before and has nothing open.
	Clean
	// Attack stands for a site under attack.
	Attack
	// Known stands for a number that was verified more than a day ago.
	Known
	// Claimed stands for a number that somebody verified.
	Claimed
	// Own stands for a session that asked for this number before, without success.
	Own
	// Crowded stands for a number with so many unverified texts that strangers wait.
	Crowded
	// Patient stands for a stranger who solved a challenge, waited and asks again.
	Patient
	// Waiting stands for a stranger whose wait is not over.
	Waiting
	// Queued stands for a stranger whose wait begins now.
	Queued
	// Holder stands for a session that verified this very number before.
	Holder
)

// Check is one limit: when Count plus Add is more than the limit, it is hit. The limit
// is the largest of Floor and the shares. Checks are evaluated in order.
type Check struct {
	Rule   string
	Count  Sum
	Add    int64
	Floor  int64
	Shares []Share
	If     Flags // all of these must be set
	Unless Flags // none of these may be set
	Set    Flags // set on a hit
	Clear  Flags // cleared on a hit
	Effect Effect
}

// Key names a counter.
type Key struct {
	// Name is a kind and a keyed digest.
	Name string
	// Exact keeps each event by itself, for keys with few events.
	Exact bool
}

// Batch is one request to reserve.
type Batch struct {
	Keys   []Key
	Checks []Check
	// Token is the digest of a challenge token; it is spent when the batch is let
	// through, and counts as Passed only when it was not spent before.
	Token string
	// Price is in fen, 0 for the free way.
	Price int64
	// Record adds the events whatever the checks say.
	Record bool
}

// Outcome is the answer to a Batch.
type Outcome struct {
	Now    time.Time
	Effect Effect // the strongest that remains; FreeOnly and Note let through
	Paid   bool   // the paid way is open
	Passed bool   // the token was good and new
	Flags  Flags
	Hits   []Hit
}

// Hit is a check that found its limit passed.
type Hit struct {
	Check        int
	Count, Limit int64
	Wait         time.Duration // until the count has fallen enough, for Challenge and Refuse
}

// Settlement is what became of a reservation.
type Settlement struct {
	ID     string // of the reservation; "" for Wrong
	Keys   []Key
	At     time.Time
	Refund int64 // in fen, taken from Money
	// What is Verified, Wrong, or Sent for a release. A release takes the text from
	// exact keys only: who caused it still counts.
	What Series
}
