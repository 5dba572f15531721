package main

import (
	"context"
	"fmt"
	"io"

	"github.com/cnsms/cnsms/failover"
)

// relayName is the name of the free provider in receipts and attempts.
const relayName = "relay"

// narrator tells what happens, and counts what was sent free and what was paid.
type narrator struct {
	out        io.Writer
	free, paid int
}

func (n *narrator) say(format string, args ...any) { fmt.Fprintf(n.out, format+"\n", args...) }

// attempt is the composer's OnAttempt.
func (n *narrator) attempt(_ context.Context, a failover.Attempt) {
	switch {
	case a.Err != nil && a.Code != "":
		n.say("   %-19s refused: %s (%s)", a.Provider, a.Kind, a.Code)
	case a.Err != nil:
		n.say("   %-19s did not send: %v", a.Provider, a.Err)
	case a.Provider == relayName:
		n.free++
		n.say("   %-19s sent it, free", a.Provider)
	default:
		n.paid++
		n.say("   %-19s sent it, paid", a.Provider)
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
