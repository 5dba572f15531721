package otp

import (
	"context"
	"errors"
	"time"
)

// Store keeps the records of verifications. Implementations are safe for concurrent
// use by any number of services, in one process or in many; package storetest holds
// their tests.
//
// # How to write one
//
// Each method is one atomic step: it reads what its keys hold, follows a rule of this
// package, and writes. It takes the time once, at its beginning, from the store's own
// clock, to the millisecond, never backwards; every time in a record comes from there, so that
// clocks of programs do not matter. The rules are the methods of [Record], [Wrong] and
// [Creation] that the comments below name: plain functions without calls to the outside,
// which an engine written in Go calls, and another one repeats line by line. They return the
// record as it is to be written; a record whose rule did not say [Done], [Mismatch],
// [Spent] or [Ask] need not be written.
//
// What is kept, under keys that are known before the call or stand in the record:
//
//	record ID               the record                              until Record.Ends
//	pending DIGEST          the id, by Record.Pending               until Record.Ends
//	idempotency DIGEST      the id, by Record.Idempotency           until Record.Ends
//	message DIGEST          the id and the number of the send,      until Record.Ends
//	                        by Send.Message
//	message DIGEST          an early report: delivered or failed    News.Keep
//	phone DIGEST            the ids of the number's records, each   the last Record.Ends
//	                        with its Record.Ends; MaxPerPhone at most
//	wrong DIGEST            the wrong codes of the number, Wrong,   26 hours from the
//	                        by Record.Phone                         last one on
//	due                     the ids of records whose DueAt is not   the last Record.Ends
//	                        0, ordered by it
//
// Nothing is without an end, at no moment: what is written and when it ends are
// one step. What has ended is as if it had never been, whether it is still there or not.
// Ids and digests are ASCII without spaces, up to 64 characters.
//
// An index that points to a record that has ended points nowhere, and the next record may
// take it over. A record that is deleted takes along those of its indexes that still point
// to it, its place under the number, and its place in due.
//
// Whenever a record is written, due holds its id with the new [Record.DueAt], or no
// longer holds it when that is 0.
//
// An error means that the engine failed, and the caller does not know whether the step
// was made; everything else is a [Verdict]. A method returns within milliseconds of the
// context's end, with an error that matches the context's. A record that is returned
// belongs to the caller.
type Store interface {
	// Create stores c.Record with the times that c.Made gives it, unless there is one
	// already. In this order: the record with c.Record.ID, for ids are made once, and who comes
	// with one again has lost the first answer (Done); the record of the first of c.Idempotency that has one, unless
	// that is undeliverable ([Repeated]); the record of the first of c.Pending that has one and
	// is open ([Record.Open]) ([Found]); Unknown when c.OnlyFind is set; [TooMany] when
	// MaxPerPhone records are kept for the number, but for a test number, of which the one
	// that ends first, and of those the one with the least id, is deleted. Otherwise it stores record and indexes, and answers Done.
	Create(ctx context.Context, c Creation) (Answer, error)
	// Look answers the record of that id, Done or Unknown.
	Look(ctx context.Context, id string) (Answer, error)
	// Claim adds a send to the ledger by the rule of [Record.Claimed]. Of several
	// claims at the same time one is Done.
	Claim(ctx context.Context, c Claim) (Answer, error)
	// Settle writes what became of a send by the rule of [Record.Settled], and the index
	// of its message, when it has one. When there was an early report for that message,
	// it follows the rule of [Record.Noted] as well.
	Settle(ctx context.Context, s Settlement) (Answer, error)
	// Try tries a code by the rule of [Record.Tried], with the number's wrong codes of
	// the last day by [Wrong.Within], and counts one more by [Wrong.Add] if that rule charges.
	// Answer.Again is [Wrong.Until] when the verdict is [GuessedOut].
	Try(ctx context.Context, t Trial) (Answer, error)
	// Approve ends a record by the rule of [Record.Confirmed]: exactly one of several
	// calls is Done.
	Approve(ctx context.Context, id string) (Answer, error)
	// Cancel ends a record by the rule of [Record.Canceled].
	Cancel(ctx context.Context, c Cancellation) (Answer, error)
	// Note writes a report by the rule of [Record.Noted]: into send n.Number of record n.ID, or,
	// where n.ID is empty, where the first of n.Messages that is known points to. When none
	// is known, it keeps an early report under the first of them for n.Keep, in which
	// delivered wins over failed, and answers Unknown.
	Note(ctx context.Context, n News) (Answer, error)
	// Due returns up to limit records that may be sent again now: [Record.DueAt] is not
	// 0 and not later than now, and the record is open. They come by DueAt, those of one time by
	// id. It drops from due what is no longer open.
	Due(ctx context.Context, limit int) (Listing, error)
	// Person does what p says with all records of one number, those that have ended
	// included, and returns them as they were before: by Created, those of one time by id.
	Person(ctx context.Context, p Person) (Listing, error)
}

// MaxPerPhone is how many records of one number a store keeps at a time. Records live
// for some minutes, so that no honest user comes near; and whatever is asked about one
// number stays a small step.
const MaxPerPhone = 100

// ErrFull is a store's error for a Create when it has no room. Nothing was stored.
var ErrFull = errors.New("otp: the store is full")

// Answer is what a store answers about one record.
type Answer struct {
	// Verdict says what was done.
	Verdict Verdict
	// Record is the record as it is now, or the zero Record when the verdict is Unknown.
	Record Record
	// Now is the store's time.
	Now Time
	// Again is when another try may be made, when the verdict is GuessedOut.
	Again Time
}

// Listing is what a store answers about several records.
type Listing struct {
	Records []Record
	// Now is the store's time.
	Now Time
}

// Creation asks for a new record.
type Creation struct {
	// Record is the record without its times, state and ledger.
	Record Record
	// Lifetime is how long the code is good, Lease how long the record may stay
	// reserved, Grace how long it is kept when its life is over. All whole milliseconds.
	Lifetime, Lease, Grace time.Duration
	// Pending and Idempotency are the keys to look for, made with each key that the
	// caller has. Idempotency may be empty.
	Pending, Idempotency []string
	// Ticket is the guard's for the first send.
	Ticket string
	// OnlyFind has nothing stored: where Create would store, it answers Unknown.
	OnlyFind bool
}

// Claim asks for another send.
type Claim struct {
	// ID is the record's.
	ID string
	// Proofs show the holder. They are not looked at when ByItself is set.
	Proofs []Proof
	// ByItself is set when the service sends without being asked, and After is then
	// the number of sends that it has seen.
	ByItself bool
	After    int
	// Ticket is the guard's.
	Ticket string
}

// Settlement says what became of a send.
type Settlement struct {
	// ID is the record's, Number the send's place in the ledger, from 1 on.
	ID     string
	Number int
	// Outcome is Accepted, Refused or Unsure. The others go into the ledger as they are.
	Outcome  Outcome
	Provider string
	Message  string
	Receipt  string
	// Ticket is the guard's, where it is no longer that of the Creation or Claim.
	Ticket string
}

// Trial tries a code.
type Trial struct {
	ID     string
	Proofs []Proof
}

// Cancellation gives a verification up.
type Cancellation struct {
	ID     string
	Proofs []Proof
}

// News is a delivery report.
type News struct {
	// ID and Number name the send, when the report repeats the message's Ref.
	ID     string
	Number int
	// Messages are the digests of provider and message id, made with each key.
	Messages []string
	// Delivered says that the text arrived; otherwise it will not.
	Delivered bool
	// Keep is how long an early report is kept.
	Keep time.Duration
}

// Person asks for all records of one number.
type Person struct {
	// Phones are the digests of the number, made with each key.
	Phones []string
	// Action is what is done with them.
	Action PersonAction
}

// PersonAction is what is done with the records of one number.
type PersonAction string

const (
	// Export returns them and changes nothing.
	Export PersonAction = "export"
	// Revoke cancels those that are open, and returns only these.
	Revoke PersonAction = "revoke"
	// Erase deletes them with their indexes, and the wrong codes of the number.
	Erase PersonAction = "erase"
)
