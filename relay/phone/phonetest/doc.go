// Package phonetest has two fakes of an old phone for tests of whatever serves phones: a [Phone],
// which speaks the gateway's own contract ([relayapi]), and an [App], which behaves as the
// unmodified Android app capcom6/android-sms-gateway, version 1.68.0, in its mode "SSE Only". With
// them come a [Network] in memory and a [Lossy] line. Nothing is sent: a [Radio] of the
// test's own says what becomes of each text, and Sent has exactly the texts that left, so that a test
// sees at once when one left twice.
//
//	func TestMyGatewaySendsOnce(t *testing.T) {
//		server := httptest.NewServer(myGateway())
//		defer server.Close()
//		app := phonetest.NewApp(phonetest.AppConfig{
//			URL: server.URL + "/mobile/v1", PrivateToken: "private",
//			Radio: phonetest.Sequence(phonetest.Outcome{Delivered: true}),
//		})
//		defer app.Close()
//		if err := app.Start(t.Context()); err != nil {
//			t.Fatal(err)
//		}
//		submit(t, "13800138000", "Your code is 824913.")
//		if texts, err := app.Wait(t.Context(), 1); err != nil || texts[0].To != "+8613800138000" {
//			t.Fatal(texts, err)
//		}
//	}
//
// # Time and chance
//
// Time is that of the package time, and nothing else waits: inside a testing/synctest bubble,
// with a [Network] in the place of a real one, a night of a phone passes in milliseconds. Chance
// comes from seeds. Skew sets a phone's clock wrong, Sleep takes its network away, Kill and
// Return end and start its program, and ForceStop is the button in Android's settings.
//
// # What the App does
//
// It was written from what is known of the app, read in its source in November 2026, and from no
// server's code, so that it can judge one:
//
//   - It registers with a private token, a code or an account. When the very first registration
//     fails it crashes. At every later start it updates the device; after a 401 it registers as a
//     new one, with the private token alone, and after any other failure it does not open
//     its stream before the update has worked.
//   - It opens a stream with each registration, beside those that are open, and one that breaks drives
//     the newest out. It is connected with the headers of the answer, and pulls. Every event
//     that it knows, and every ping, ends a pull that runs, throws its answer away and pulls anew.
//     An event without data, or with an unknown name, does nothing. A stream on which nothing
//     comes is given up after an hour.
//   - It pulls at the start, with events and pings and every 15 minutes. After an error it stays away
//     for 10 seconds, then twice that, up to 5 hours. A 401 is an error like any other.
//   - A message that it knows is not sent again: its state of now is reported again. The same
//     number twice in a message drops it without a word. A message that waits is reported as Pending.
//     Whether one has expired is judged by the phone's clock when its turn has come.
//   - It reads fractions of seconds as a count of milliseconds, however many digits they have.
//   - A message with state Cancelling is cancelled while it waits. The app is silent when it has
//     handed it to the radio or cancelled it before, and of one that it never saw it says
//     Cancelled once, without retries, and forgets it.
//   - Each change of a state is a receipt of its own, repeated ten times with growing pauses, so that they
//     overtake each other; each carries the state of the moment of sending it.
//   - Settings count up to the first word that it does not know. The ping counts from the next start.
//   - It takes JSON as application/json and a stream as text/event-stream alone.
//   - Its database survives Kill and ForceStop. Receipts, and what the radio says meanwhile, survive
//     Kill alone.
//
// # What it does not do
//
// What is not known of the app is not imitated, or was chosen and may be otherwise: how long the
// app waits for an answer (30 seconds here, for everything but the stream), what Doze does beyond
// taking the network away, how Android wakes a killed app by itself (it stays killed until
// Return), that a crash in the middle of handing a text to the radio may send it twice (it never
// does here), how many of a receipt's ten retries a restart leaves (all that were left), that a stream's pauses
// begin anew once it was open, what an answer with one bad message does to the others (all
// are refused), the rest of the radio's error texts, the order in which groups of settings are read (as
// they stand), and that send intervals are seconds. Left out are Google's push, calls of
// webhooks and so the health that a ping tells, encryption, data messages, inbound messages, logs, the
// registration without any authorization, and the screens that show an address, a code or a
// password.
package phonetest
