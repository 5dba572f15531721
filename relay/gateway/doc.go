// Package gateway is the relay's service: sites submit texts, phones pull and send them.
// It knows nothing of HTTP. A door turns requests into calls: package relaydoor speaks
// relayapi.
//
//	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: "relay.db"})
//	...
//	relay, err := gateway.New(gateway.Config{
//		Queue: queue,
//		Tokens: []gateway.Token{
//			{Name: "shop", Role: gateway.RoleSite, Hash: "…"},
//			{Name: "old-phone", Role: gateway.RolePhone, Hash: "…"},
//		},
//	})
//	...
//	err = relaydoor.Serve(ctx, listener, relay, relaydoor.ServeOptions{})
//
// Package sqlitequeue keeps jobs across kill -9. Package memqueue, for demos and tests,
// keeps them in memory.
//
// # Who may do what
//
// Each token has a holder: a site, a phone or an operator, with the lanes and countries that it
// was given, relayapi.DefaultLane and mainland China unless it was given more, and with limits.
// Config.Tokens are fixed; those of Config.Principals come and go while the gateway runs.
// NewRegistration makes a code that is used once, with which a device gets a token by
// Register. Revoke ends a token, and what waits under it. Refusals counts what was refused.
//
// # Budgets
//
// Config.Budgets limit what each phone, SIM and lane sends, see [Budgets], [DefaultBudgets] and
// [ConsumerBudgets]. The gateway chooses the SIM of each job (Job.SIM) among those of which a
// phone has told (relayapi.Device): first one of the recipient's carrier, where that is known,
// then the one that has sent the least. A SIM that reports relayapi.FailureLimit has half its
// limits for an hour, and one that its carrier refuses several times running is drained.
// Gateway.Budgets shows all that to operators, and Resume ends it.
//
// # A door
//
// A door finds out who calls with Authenticate, and hands what it wants to a method. A
// site's is Submit, then Await; a phone's are Pull and Report. Each method checks that the
// caller may do what it asks, and its fields: an error is one of those of this package, a
// *FieldError, *ForbiddenError, *ScopeError, *LimitError, *QuotaError,
// *BudgetError or *BusyError, or the context's. A
// request that the door itself refuses it hands to NoteRefusal.
//
// # Shutting down
//
// Call Shutdown first: it ends the pulls and submissions that wait, and returns when
// every request has ended. Then shut down the server, then close the queue. relaydoor.Serve
// does the first two when its context ends.
//
// # What is promised
//
//   - A submission that got its response is stored, and is kept as long as the engine
//     of the [Queue] promises.
//   - No phone that keeps to the contract sends a job that is cancelled or expired:
//     phones send only after the gateway has accepted "taken". For a phone that sends
//     without asking (PullRequest.Unasked) a job is taken when it is handed out, and
//     cancelled only when the phone has answered that it will not send it.
//   - Once a phone has taken a job, the gateway offers it to no other phone, unless the
//     first reports that it cannot send and has not.
//   - A job of which its phone says nothing more is uncertain after Config.TakenFor, which
//     is stored, logged and told to who waits.
//   - A text is handed out only while its site waits for it, as far as the pace of the
//     lane is known, and refused at submit when the phones cannot send it in time.
//   - What phones may send passes no budget of a phone, a SIM or a lane ([Budgets]) in any
//     window of time, however sites and phones take turns; a text counts from the moment it is
//     offered or handed out. A text for which no phone has budget is refused at submit, with
//     the time when there is budget again.
//   - Logs have masked numbers and no texts. A job's text is deleted when the job has
//     ended, or soon after Config.ClearAfter has passed since its deadline.
package gateway
