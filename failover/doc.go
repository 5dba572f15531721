// Package failover makes one provider out of several: it sends through the
// next one when one fails, and never hides that a message may already be on its
// way.
//
// There are three composers, and each is a [provider.Provider] itself:
//
//   - [NewComposer] makes a [Composer]: a user's first attempt goes out free, any retry
//     through a paid provider.
//   - [NewChain] makes a [Chain]: the members are asked in order, in rotation or
//     by weight, until one accepts.
//   - [NewRouter] makes a [Router]: the country of the phone or the template
//     decides who is asked.
//
// So they nest, and the usual whole reads
//
//	Composer(First: relay, Retry: Router("86": Chain(tencent, ihuyi), else: Chain(international, tencent)))
//
// # What a failure means
//
// The kind of a failed attempt decides what happens next, and whether the
// member is left out for a while (its cooldown):
//
//	kind                                  next step        cooldown
//	Recipient, Content                    stop             no
//	Auth, Balance, Config, Unavailable    next member      yes
//	Throttled by account                  next member      if the service said how long
//	Throttled by phone, or unsaid         next member      no
//	Blocked, Template, Unsupported,
//	Unknown, CodeMismatch, CodeExpired    next member      no
//
// Two things come before the table. A finished context always stops, and says
// nothing about the member. A failure with MayHaveSent set goes on only when
// the message carries a code (Params["code"]), because the same code twice is
// harmless; any other message stops there, rather than reach the user twice.
// (A member that makes codes of its own sends another code, not the same one:
// set Decide where such a member has others behind it.) Decide, where it is set,
// overrules everything but the finished context.
//
// A member's own Timeout is not a finished context: the next member is asked.
// An error that is no [provider.Error], and a panic, count as Unknown with
// MayHaveSent set: nobody knows how far the message came.
//
// A member that is cooling down, or low on balance, is left out of the order.
// When everybody else has failed, one such member is asked all the same: the
// one that is low, or else the one whose cooldown ends first. So a chain always
// tries somebody. Only a daily budget is never overrun. After the cooldown one
// send goes through to see whether the member is well again; it is back when
// that send is accepted.
//
// # Errors and events
//
// A failed send returns an [*Error] with every attempt. errors.Is, errors.As
// and [provider.MayHaveSent] look into all of them. OnAttempt sees each attempt
// as it ends, with what it took and what it may cost.
//
// # Concurrency
//
// Everything here is safe for concurrent use and starts no goroutine. A send
// makes its attempts one after the other on the caller's goroutine and ends
// with the caller's context, as soon as the member that is being asked honours
// it. Composers never wait, and ask a member at most once in one send.
//
// The package uses the standard library and package provider only.
package failover
