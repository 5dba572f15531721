// Package failover makes one provider out of several: when one fails, it sends
// through the next. It never hides that a message may have been sent already.
//
// There are three kinds of composers, and each is a [provider.Provider] itself:
//
//   - [NewComposer] makes a [Composer]: a user's first attempt goes out free, any
//     retry through a paid provider.
//   - [NewChain] makes a [Chain]: it asks its members in order, in rotation or by
//     weight, until one accepts.
//   - [NewRouter] makes a [Router]: the country of the phone or the template
//     decides which provider sends.
//
// So they nest. A typical program has
//
//	Composer(First: relay, Retry: Router("86": Chain(tencent, ihuyi), else: Chain(international, tencent)))
//
// # What a failure means
//
// After a failed attempt the next member is asked, whatever the kind of the failure:
// each provider has limits, blocked words, templates and ranges of numbers of its own,
// and what is wrong with a message everywhere is found before anybody is asked. Two
// things stop a send. A finished context always does, and says nothing about the
// member. A failure with MayHaveSent set does unless the message carries a code
// (Params["code"]): the same code twice is harmless, any other text the user should
// not get twice. Decide overrides everything but the finished context.
//
// The kind decides whether later sends skip the member for a while (its cooldown):
//
//	kind                                  cooldown
//	Auth, Balance, Config, Unavailable    yes
//	Throttled by account                  if the service said how long
//	Throttled by phone, or unsaid         no
//	Recipient, Content, Template,
//	Signature, Blocked, Unsupported,
//	Unknown, CodeMismatch, CodeExpired    no
//
// A member's own Timeout is not a finished context: the next member is asked. An
// error that is no [provider.Error], and a panic, count as Unknown with
// MayHaveSent set: nobody knows whether the message was sent. So does a code that a
// service documents nowhere.
//
// A member in its cooldown, or with a low balance, is skipped. When all others
// have failed, one such member is asked after all: one with a low balance, or else
// the one whose cooldown ends first; the next one if that one's budget for the day is
// used up. So a chain always tries one member. Only a daily budget is never exceeded.
// After the cooldown one send goes through to test
// whether the member is well again; the cooldown is over when it is accepted.
//
// A message with FreeOnly set is not to cost money: a Composer asks First alone, and
// members with a Price are skipped.
//
// # Services that make the codes
//
// Some providers put a code of their own into a text; see [provider.CodeMaker]. Beside
// one that sends the caller's code, or another maker, a user may get two codes, of
// which one works. So NewChain and NewComposer refuse members that would send different
// codes for one template, unless the caller sets OtherCodes or Decide. Then, after a
// text that may be on its way, members that would send another code are skipped,
// unless Decide says DecideNext; [ExtraOtherCode] in the receipt tells of it. A
// composer asks about members behind a wrapper of another package as a whole.
//
// # Errors and events
//
// A failed send returns an [*Error] with every attempt. errors.Is, errors.As
// and [provider.MayHaveSent] look into all of them. OnAttempt is called for each
// attempt, with what it took and what it may cost; [AttemptFunc] says when.
//
// # Concurrency
//
// Everything here is safe for concurrent use and starts no goroutine. A send
// makes its attempts one after the other on the caller's goroutine. When the
// caller's context ends, the send ends as soon as the member that is being asked
// returns. Composers never wait, and ask a member at most once in one send.
//
// The package uses the standard library and package provider only.
package failover
