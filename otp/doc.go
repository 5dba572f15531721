// Package otp verifies phone numbers with one-time codes: it makes the code, has it
// sent, sends it again another way, and checks it once.
//
//	codes, err := otp.New(otp.Config{Sender: composer, Key: key, Purposes: otp.Purposes{"login": {}}})
//	v, err := codes.Start(ctx, otp.StartRequest{Purpose: "login", Phone: typed, Binding: session, Client: ip})
//	done, err := codes.Check(ctx, otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: session, Code: typedCode})
//	… // done.Phone is verified
//
// # Whose verification it is
//
// A verification belongs to a purpose, a number and a binding, which is a secret of the
// user's session. A stranger who asks for a code to the same number gets another
// verification with another code, and can neither replace the owner's code nor use up his
// tries. To everybody but the holder of the binding, a verification looks as if it did not
// exist.
//
// # The code
//
// A code is not stored. It is derived from the server's key and the random id of the
// verification, so that the same code goes out again on every resend and through every service,
// and a text that comes late still carries the right one. The store holds keyed digests
// and ciphertexts only: neither code nor number can be found without the key.
//
// Some services make the code themselves (provider.CodeByProvider). Then the record
// keeps the receipt, and Check asks the service when the code is not ours. A code that is
// tried burns one try, whoever is asked.
//
// # States
//
//	reserved → pending → approved | exhausted | expired | canceled | undeliverable
//
// A verification that is over is kept for ten minutes more, so that its holder hears how
// it ended. When a process dies between two calls of the stores, what it leaves is one of
// these:
//
//	nothing                nobody has a code, and nobody waits
//	a text of the guard's  no record; the guard counts a text that is not verified, and the
//	                       number waits as after any other
//	reserved               it ends with its lease, SendTimeout and 30 seconds. If the text
//	                       was sent, its code is good until then; the guard may count
//	                       two texts where one was sent, and money that was not spent
//	pending                as before; a further text that was claimed counts as one that
//	                       may have been sent. The guard may count one text more than
//	                       was sent, and a wrong code less
//	a try less             pending; a service found a code right, and nobody stored that:
//	                       the service takes the code no second time
//	approved               the answer is lost, and the user begins anew. Texts that
//	                       the guard did not hear of count as not verified
//	canceled               for the guard its texts are sent and not verified, as they
//	                       are after every Cancel
//
// None of these lasts: a record ends with the life of its code and ten minutes, and what
// the guard counts leaves its windows.
//
// # Sending again
//
// Accepted, delivered and verified are three things. Resend sends the same code once the
// policy's ladder allows, and never after a text was reported delivered. With
// Policy.EscalateAfter the service does that by itself; see [Service.Run]. The number
// of the text in its verification is the message's Attempt, by which a failover.Composer
// leaves the free way: what strangers ask for with the same number does not count.
//
// # Strangers
//
// Whoever can reach Start can ask for a text to any number. So a service has a guard, which
// decides on each text by what the number, the address, the session and the site have asked
// for and verified; package guard has its rules. A service with neither Store nor Guard
// makes one in memory. Who gives a Store gives a Guard as well, on a store that is shared
// in the same way. What the guard says is an *Error: Wait with Rule and RetryAfter,
// ChallengeWanted with what to solve where the guard makes challenges, or Blocked. Events
// have the rule too.
//
// The guard also has the money. A text that it has none for goes the free way
// (provider.Message.FreeOnly): a resend as a first attempt again, with a Ref of its own, and a
// first text that the free way refuses not at all (NotSent with the rule "money"). Otherwise
// such a first text, and one of which nobody knows whether it was sent, goes out the paid way
// at once. That needs a failover.Composer with a First that has no price inside the Sender;
// paid members that stand anywhere but in its Retry need their Price, by which they are passed
// over. A site without a free way sets guard.Config.AllPaid, or an attack costs what the texts
// cost that the other rules let through.
//
// What a guard learns: every text of a verification whose code was right, every wrong code, and what
// was not sent after all. A text that was canceled, and one whose code nobody typed, stays
// sent and not verified.
//
// # For a web page
//
// A [Handler] serves a Service to the pages of a site, as JSON over HTTP, and [Words] has
// what to tell users, in Chinese and English.
package otp
