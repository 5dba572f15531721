// Package gateway is the relay gateway: sites submit texts, phones pull and send them.
// It is an http.Handler; the wire contract is package relayapi.
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
//	server := &http.Server{Handler: relay}
//
// Package sqlitequeue keeps jobs across kill -9. Package memqueue, for demos and tests,
// keeps them in memory.
//
// Serve it behind TLS: requests hold tokens and codes. A request can last a little
// longer than relayapi.MaxWait, so a server's WriteTimeout must not be shorter.
//
// # Shutting down
//
// Call Shutdown first: it responds to the pulls and submissions that wait, and returns
// when every request has its response. Then shut down the http.Server, then close the
// queue.
//
// # What is promised
//
//   - A submission that got its response is stored, and is kept as long as the engine
//     of the [Queue] promises.
//   - No phone that keeps to the contract sends a job that is cancelled or expired:
//     phones send only after the gateway has accepted "taken".
//   - Once a phone has taken a job, the gateway offers it to no other phone.
//   - Logs have masked numbers and no texts. A job's text is deleted when the job has
//     ended, or soon after Config.ClearAfter has passed since its deadline.
package gateway
