// Package gateway is the relay gateway: a queue of texts with a door for sites that
// want them sent and a door for phones that send them. It is an http.Handler; the
// wire contract is package relayapi.
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
// Serve it behind TLS: tokens and codes travel in it. Calls can last a little
// longer than relayapi.MaxWait, so a server's WriteTimeout must not be shorter.
//
// # Going down
//
// Shutdown ends long polls and waiting submissions, then waits until all calls have
// been answered. After it shut down the http.Server, then close the queue.
//
// # What is promised
//
//   - A submission that was answered is stored, and survives the death of the
//     process, as far as the [Queue] promises.
//   - A job that is reported as cancelled or expired was not sent by any phone that
//     keeps to the contract: phones send only after the gateway has accepted "taken".
//   - A job is never handed to a second phone once a phone has taken it.
//   - Numbers are logged masked, texts never. A job's text is deleted when the job
//     has ended, at the latest some time after its deadline.
package gateway
