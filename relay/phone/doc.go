// Package phone is the phone's side of the relay: an agent that pulls jobs from the
// gateway and sends their texts through a [Sender].
//
//	agent, err := phone.New(phone.Config{
//		BaseURL: "https://relay.example.com",
//		Token:   "long-and-random",
//		Sender:  &phone.Termux{},
//	})
//	...
//	err = agent.Run(ctx)
//
// The agent does what package relayapi asks of a phone. It sends a text only after the
// gateway has accepted that it takes the job, never after the job's time is over, and
// never twice: of a job that it has tried to send once it only reports the outcome again.
// When it cannot reach the gateway it tries again at growing intervals. It repeats the
// report of an outcome until the gateway accepts it, refuses it for good, or has failed to
// store it five times; then the agent goes on, and reports it again every half minute or so.
// It keeps the latest 1,000 of such outcomes. A text that the phone could not send (limit,
// no_service, config) is tried again when its job comes again. The agent ends with an error
// when the gateway refuses its token, or when that is not for the phone's lanes. It never ends
// because nothing answers: it says so once, and once when the gateway is back.
//
// # Outbox
//
// With Config.Outbox an outcome that could not be reported survives the agent, even kill -9:
// it is in a file before the text is sent, as one that may have been sent, and then as what
// became of it. The next Run reports it before it pulls, and never sends the text again.
// When the file cannot be written, no text is sent.
//
// The file is one JSON object, written as a whole and readable by its owner only:
//
//	{"version":1,"reports":[{"id":"…","lease":"…","state":"failed",
//		"at":"2026-11-21T12:00:00.000Z","class":"unknown","may_have_sent":true}]}
//
// It holds no text, no number and no token, and the latest 1,000 outcomes at most. A damaged
// file is set aside under its name with ".damaged".
//
// # Senders
//
// A [Sender] sends one text. [Termux] sends with the phone's own radio, out of Termux, and says
// sent only of a text that it has found in the sent box. [Exec] runs a command, for example of
// gammu or mmcli, or a script. Exit code 0 means to it that the text was handed over, not that it
// was sent, unless its user says that the command can be trusted. [Fake] sends nothing and remembers everything, for
// tests and demos. A sender of your own returns an [*Error] to say what went wrong. If it
// also implements [Checker], the agent asks it before it pulls jobs, so that a phone
// without network is offline for the gateway too, and sites use another provider at once. If it
// implements [Describer], the gateway's operators see what it says of the phone.
package phone
