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
// The kind of a failed attempt decides what happens next, and whether later sends
// skip the member for a while (its cooldown):
//
//	kind                                  next step        cooldown
//	Recipient, Content                    stop             no
//	Auth, Balance, Config, Unavailable    next member      yes
//	Throttled by account                  next member      if the service said how long
//	Throttled by phone, or unsaid         next member      no
//	Template, Signature, Blocked,
//	Unsupported, Unknown,
//	CodeMismatch, CodeExpired             next member      no
//
// Two rules come before the table. A finished context always stops, and says
// nothing about the member. A failure with MayHaveSent set goes on only when the
// message carries a code (Params["code"]), because the same code twice is
// harmless; any other message stops there, so that the user does not get it twice.
// (A member that makes codes of its own sends another code, not the same one: set
// Decide if such a member has others after it.) Decide overrides everything but
// the finished context.
//
// A member's own Timeout is not a finished context: the next member is asked. An
// error that is no [provider.Error], and a panic, count as Unknown with
// MayHaveSent set: nobody knows whether the message was sent. So does a code that a
// service documents nowhere.
//
// A member in its cooldown, or with a low balance, is skipped. When all others
// have failed, one such member is asked after all: one with a low balance, or else
// the one whose cooldown ends first. So a chain always tries one member. Only a
// daily budget is never exceeded. After the cooldown one send goes through to test
// whether the member is well again; the cooldown is over when it is accepted.
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
