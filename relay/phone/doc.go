// Package phone is the phone's side of the relay: an agent that pulls jobs from the
// gateway and sends their texts through a [Sender].
//
//	agent, err := phone.New(phone.Config{
//		BaseURL: "https://relay.example.com",
//		Token:   "long-and-random",
//		Sender:  &phone.Exec{Command: "termux-sms-send", Args: []string{"-n", "{to}"}},
//	})
//	...
//	err = agent.Run(ctx)
//
// The agent does what package relayapi asks of a phone. It sends a text only after the
// gateway has accepted that it takes the job, never after the job's time is over, and
// never twice: of a job that it has tried to send once it only reports the outcome again.
// When it cannot reach the gateway it tries again at growing intervals. It repeats a
// report until the gateway responds or the agent is stopped.
//
// # Senders
//
// A [Sender] sends one text. [Exec] runs a command, for example of
// Termux, gammu or mmcli, or a script. [Fake] sends nothing and remembers everything, for
// tests and demos. A sender of your own returns an [*Error] to say what went wrong. If it
// also implements [Checker], the agent asks it before it pulls jobs, so that a phone
// without network is offline for the gateway too, and sites use another provider at once.
package phone
