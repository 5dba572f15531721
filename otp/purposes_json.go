package otp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// policyJSON is a Policy in a file: the waits are texts such as "60s".
type policyJSON struct {
	Template      string   `json:"template,omitempty"`
	Digits        int      `json:"digits,omitempty"`
	Lifetime      string   `json:"lifetime,omitempty"`
	Tries         int      `json:"tries,omitempty"`
	Sends         int      `json:"sends,omitempty"`
	Ladder        []string `json:"ladder,omitempty"`
	EscalateAfter string   `json:"escalate_after,omitempty"`
}

// MarshalJSON writes the policy with waits such as "1m0s"; what is 0 is left out.
func (p Policy) MarshalJSON() ([]byte, error) {
	out := policyJSON{Template: p.Template, Digits: p.Digits, Tries: p.Tries, Sends: p.Sends}
	out.Lifetime, out.EscalateAfter = waitText(p.Lifetime), waitText(p.EscalateAfter)
	for _, wait := range p.Ladder {
		out.Ladder = append(out.Ladder, wait.String())
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. A key that it does not know is an error:
// a limit that is spelled wrong must not go unnoticed.
func (p *Policy) UnmarshalJSON(data []byte) error {
	var in policyJSON
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return fmt.Errorf("otp: policy: %w", err)
	}
	read := Policy{Template: in.Template, Digits: in.Digits, Tries: in.Tries, Sends: in.Sends}
	problems := []error{readWait("lifetime", in.Lifetime, &read.Lifetime), readWait("escalate_after", in.EscalateAfter, &read.EscalateAfter)}
	if in.Ladder != nil && len(in.Ladder) == 0 {
		problems = append(problems, errors.New("otp: policy: ladder: want one wait at least; leave it out for the default"))
	}
	for i, text := range in.Ladder {
		var wait time.Duration
		problems = append(problems, readWait(fmt.Sprintf("ladder[%d]", i), text, &wait))
		read.Ladder = append(read.Ladder, wait)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	*p = read
	return nil
}

func waitText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func readWait(field, text string, d *time.Duration) error {
	if text == "" {
		return nil
	}
	read, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("otp: policy: %s: want a time such as 60s", field)
	}
	*d = read
	return nil
}
