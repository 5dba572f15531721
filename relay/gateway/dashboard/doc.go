// Package dashboard is the operators' page of a relay gateway: an http.Handler that stands
// beside the doors, at the root of the same server.
//
//	pages, err := dashboard.New(relay, dashboard.Options{PublicURL: "https://relay.example.com"})
//	...
//	defer pages.Close()
//	mux := http.NewServeMux()
//	door := relaydoor.New(relay)
//	mux.Handle("/v1/", door)
//	mux.Handle("/healthz", door)
//	mux.Handle("/", pages)
//
// It shows the phones, what waits, what failed and what was sent, as it changes; it makes
// codes for new phones, with a QR code and a set-up sheet, revokes tokens and cancels jobs.
// Every page is in Chinese and in English.
//
// # What is promised
//
//   - Every page but the login and the two files that it is drawn with wants the session of
//     an operator. The session ends with the operator's token, at once.
//   - No page has a text, a code of a user, a whole number, or a token.
//   - A page of another origin can neither read nor do anything here.
//   - The queue is asked at most once in Options.Every, however many people look, and not at
//     all while nobody looks.
package dashboard
