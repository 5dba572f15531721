// Package appdoor is the door of a gateway for the unmodified Android app
// capcom6/android-sms-gateway, version 1.53 or later: an old phone with the app in its mode
// "SSE Only" pulls texts here, sends them and reports what became of them.
//
//	door, err := appdoor.New(relay, appdoor.Options{PrivateToken: "…"})
//	...
//	mux := http.NewServeMux()
//	mux.Handle("/", relaydoor.New(relay))
//	mux.Handle(appdoor.Prefix+"/", door)
//	err = relaydoor.Serve(ctx, listener, relay, relaydoor.ServeOptions{Handler: mux})
//
// The URL that the user types into the app is that of the gateway with [Prefix] and no slash
// at the end. The app wants HTTPS.
//
// # How a phone comes in
//
// By a code of [Door.NewCode], which the user types at "By code"; or by the private token
// of [Options], typed into the app's settings, with "Sign up". There is no open
// registration. A registered phone is a principal of role phone with a token of its own, of
// which the gateway keeps the hash: an operator revokes it as any other.
//
// An app whose token is refused registers again when it starts, by itself only if it has the
// private token. It is a new phone then, under a new name: the app has no identity that
// stays, and a name that two installations share could have one text sent twice. The operator
// retires the old name by Revoke. To keep a revoked phone with the private token out,
// change the private token too.
//
// # What is promised
//
//   - What a phone was handed no other phone gets, unless the first reports that it
//     cannot send and has not. It is offered again until a report of it has come, but never
//     as a text to send once its deadline is over.
//   - Reports may come late, twice, in any order and for jobs that nobody knows: each is
//     answered with 204, and none moves a job back. Only one that could not be stored is
//     refused, with 503, so that the app repeats it.
//   - A phone that is on the stream of events hears of a text, and that a text is not wanted
//     any more, at once. Every stream of a phone hears it. A stream ends when its token is
//     revoked, when the gateway shuts down, or when a client does not read it; the
//     oldest ends when a phone has opened more than sixteen. No write timeout of the server
//     ends it.
//   - A phone is online until two intervals ([Options.PingInterval]) after its last request
//     other than the stream. An open stream alone keeps nobody online; but a phone that has
//     not pulled for an interval is told to, over the stream.
//   - A pull never waits, and while the gateway cannot offer anything the answer is an empty
//     list: after an error the app would stay away for long.
//   - Every body has the type application/json, and times have exactly three fraction digits
//     and are in UTC.
//   - A phone whose clock is wrong by more than a minute is named in the log, once. It judges
//     the deadline of a text by its own clock.
//   - An address that has failed to register five times in ten minutes is refused for the
//     rest of that time, and wrong codes are counted in all, too.
//
// A [Door] is safe for concurrent use. It keeps the codes in memory: a restart ends them.
package appdoor
