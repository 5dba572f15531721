// Package phone is the phone's side of the relay: an agent that asks the gateway
// for texts and has them sent, by whatever can send a text.
//
//	agent, err := phone.New(phone.Config{
//		BaseURL: "https://relay.example.com",
//		Token:   "the phone's token",
//		Sender:  &phone.Exec{Command: "termux-sms-send", Args: []string{"-n", "{to}"}},
//	})
//	...
//	err = agent.Run(ctx)
//
// The agent keeps the promises that package relayapi asks of a phone. It sends a
// text only after the gateway has accepted that it takes the job, never after the
// job's time is over, and never twice: a job that it has tried to send once is only
// reported again. When the gateway cannot be reached it tries again, more and more
// slowly, and what it has to report is kept until the gateway has heard it or the
// agent is stopped.
//
// # Senders
//
// A [Sender] sends one text. [Exec] runs a command, which is how Termux, gammu,
// mmcli and home-made scripts come in. [Fake] sends nothing and remembers
// everything, for tests and demonstrations. A sender of one's own returns an
// [*Error] to say what went wrong; one that also implements [Checker] is asked before
// the agent asks for work, so that a phone without network is offline for the
// gateway too, and sites use another provider at once.
package phone
