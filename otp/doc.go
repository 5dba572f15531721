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
// it ended. When a process dies between two steps, what it leaves is one of these:
//
//	before the record is stored       nothing, but what the guard has reserved
//	before the first text is sent     reserved; nobody has the code, and it ends with
//	                                  its lease, SendTimeout and 30 seconds
//	before its outcome is stored      reserved; the code that arrives is good until
//	                                  the lease ends
//	before a further text is sent,    pending, as before; the text counts as one that
//	or before its outcome is stored   may have been sent
//	after a service found a code      pending, with one try less; the service takes
//	right, before that is stored      the code no second time
//	after the right code is stored    approved; the answer is lost, and the user
//	                                  begins anew
//
// # Sending again
//
// Accepted, delivered and verified are three things. Resend sends the same code once the
// policy's ladder allows, and never after a text was reported delivered. With
// Policy.EscalateAfter the service does that by itself; see [Service.Run]. The number
// of the text in its verification is the message's Attempt, by which a failover.Composer
// leaves the free way: what strangers ask for with the same number does not count.
package otp
