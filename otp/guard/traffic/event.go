// Package traffic makes and replays the traffic of a page that sends codes.
//
// [Read] and [Write] know the format: one JSON object a line, sorted by time. [Replay]
// plays events on a guard as the otp service would, on the clock of the events,
// and counts what became of them; [Play] plays them on any [Site]. [Scenarios] are
// attacks and honest days, the same for the same seed. All numbers and addresses are
// made up.
package traffic

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// Actions of an event.
const (
	Start  = "start"
	Resend = "resend"
	Check  = "check"
)

// Conditions of an event.
const (
	Always    = "always"
	IfNoText  = "if_no_text"
	IfPending = "if_pending"
)

// Event is something that a client does. T is in seconds; 0 is midnight in Beijing.
type Event struct {
	T       float64 `json:"t"`
	I       int     `json:"i"`
	Typed   string  `json:"typed"`
	IP      string  `json:"ip"`
	Session string  `json:"session"`
	Purpose string  `json:"purpose"`
	Action  string  `json:"action"`
	// Token is a challenge token shown at once. One that begins with GoodToken is good
	// until it is spent; another one is not.
	Token string `json:"token"`
	// Flow is one wish for one code. The guard does not see it.
	Flow string `json:"flow"`
	Cond string `json:"cond"`
	// SolveS is how many seconds the client needs for a challenge, nil for never.
	SolveS     *float64 `json:"solve_s"`
	WillVerify bool     `json:"will_verify"`
	// Who is "honest", "victim" or "attack"; "" is judged by WillVerify.
	Who string `json:"who,omitempty"`
}

// GoodToken begins the tokens that stand for solved challenges.
const GoodToken = "good:"

func (e Event) hostile() bool { return e.Who == "attack" || e.Who == "" && !e.WillVerify }

// UnmarshalJSON reads an event; a flow may be a number as well as a text.
func (e *Event) UnmarshalJSON(data []byte) error {
	type plain Event
	both := struct {
		*plain
		Flow  any     `json:"flow"`
		Token *string `json:"token"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(data, &both); err != nil {
		return err
	}
	if both.Flow != nil {
		e.Flow = fmt.Sprint(both.Flow)
	}
	if both.Token != nil {
		e.Token = *both.Token
	}
	return nil
}

// Read reads events from in, one a line. The error names the line and what to do.
func Read(in io.Reader) ([]Event, error) {
	var events []Event
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	n := 0
	for lines.Scan() {
		if n++; len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w; want one JSON object on each line", n, err)
		}
		if len(events) > 0 && e.T < events[len(events)-1].T {
			return nil, fmt.Errorf("line %d: t is %v after %v; sort the lines by t", n, e.T, events[len(events)-1].T)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w; a line has a million bytes at most", n+1, err)
	}
	return events, nil
}

// check says what is wrong with an event.
func (e Event) check() error {
	const far = 1e8 // three years
	switch {
	case e.T < -far || e.T > far:
		return fmt.Errorf("t is %v; want seconds since midnight in Beijing, up to 100,000,000", e.T)
	case e.SolveS != nil && (*e.SolveS < 0 || *e.SolveS > 1e6):
		return fmt.Errorf("solve_s is %v; want seconds, up to 1,000,000, or null for never", *e.SolveS)
	case e.Action == "":
		return errors.New("action is missing; want start, resend or check, and no log of a guard's decisions, which has no numbers to replay")
	case e.Action != Start && e.Action != Resend && e.Action != Check:
		return fmt.Errorf("action is %q; want start, resend or check", e.Action)
	case e.Cond != "" && e.Cond != Always && e.Cond != IfNoText && e.Cond != IfPending:
		return fmt.Errorf("cond is %q; want always, if_no_text or if_pending", e.Cond)
	case e.Action != Check && e.Purpose == "":
		return errors.New(`purpose is missing; write what the code is for, such as "login"`)
	case e.Flow == "":
		return errors.New("flow is missing; give each wish for a code a number or a name of its own")
	}
	if _, err := netip.ParseAddr(e.IP); e.IP != "" && err != nil {
		return fmt.Errorf(`ip is %q; want an IPv4 or IPv6 address, or "" for not known`, e.IP)
	}
	return nil
}

// Write writes events to out, one a line.
func Write(out io.Writer, events []Event) error {
	w := bufio.NewWriter(out)
	encode := json.NewEncoder(w)
	for _, e := range events {
		if err := encode.Encode(e); err != nil {
			return err
		}
	}
	return w.Flush()
}
