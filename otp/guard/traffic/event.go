// Package traffic makes and replays the traffic of a page that sends codes.
//
// [Read] and [Write] know the format: one JSON object a line, sorted by time. [Replay]
// runs events through a guard as the otp service would, on the clock of the events,
// and counts what became of them. [Scenarios] are attacks and honest days, the same
// for the same seed. All numbers and addresses are made up.
package traffic

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
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

// Read reads events from in, one a line. The error names the line.
func Read(in io.Reader) ([]Event, error) {
	var events []Event
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("traffic: line %d: %w", n, err)
		}
		if len(events) > 0 && e.T < events[len(events)-1].T {
			return nil, fmt.Errorf("traffic: line %d: t goes back", n)
		}
		if e.T < -1e8 || e.T > 1e8 || e.SolveS != nil && (*e.SolveS < 0 || *e.SolveS > 1e6) {
			return nil, fmt.Errorf("traffic: line %d: a time is out of range", n)
		}
		switch e.Action {
		case Start, Resend, Check:
		default:
			return nil, fmt.Errorf("traffic: line %d: action: want start, resend or check", n)
		}
		events = append(events, e)
	}
	return events, lines.Err()
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
