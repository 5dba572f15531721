package phone

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// boxedText is a text as termux-sms-list writes it.
type boxedText struct {
	ID int64 `json:"_id"`
	// Type is inbox, sent, draft, failed or outbox, and empty for a text that is queued.
	Type string `json:"type"`
	// Number is the other side, as it was given.
	Number string `json:"number"`
	// Address is Number in newer releases, which have both.
	Address string `json:"address"`
	Body    string `json:"body"`
}

// decodeBoxes reads what termux-sms-list wrote. The error does not repeat it.
func decodeBoxes(said string) ([]boxedText, error) {
	var texts []boxedText
	if json.Unmarshal([]byte(said), &texts) != nil {
		return nil, errors.New("what it wrote is not a list of texts")
	}
	return texts, nil
}

// refusalOf returns the error that a termux program wrote instead of its result, as it does
// for a missing permission, with exit code 0.
func refusalOf(said string) string {
	var refused struct {
		Error string `json:"error"`
	}
	if !strings.HasPrefix(strings.TrimSpace(said), "{") || json.Unmarshal([]byte(said), &refused) != nil {
		return ""
	}
	return firstLine(refused.Error)
}

// newestID is the largest id, or 0.
func newestID(texts []boxedText) int64 {
	newest := int64(0)
	for _, text := range texts {
		newest = max(newest, text.ID)
	}
	return newest
}

// latestOf returns the latest of those texts that are newer than an id and went to the number
// with the body.
func latestOf(texts []boxedText, t Text, after int64) (found boxedText, ok bool) {
	for _, text := range texts {
		if text.ID > after && (!ok || text.ID > found.ID) && text.is(t) {
			found, ok = text, true
		}
	}
	return found, ok
}

// is reports whether a boxed text is one that was to be sent. Termux trims the body, and some
// phones write the number in a form of their own.
func (b boxedText) is(t Text) bool {
	if b.Type == "inbox" || b.Type == "draft" || strings.TrimSpace(b.Body) != strings.TrimSpace(string(t.Body)) {
		return false
	}
	return sameNumber(b.Number, t.To) || sameNumber(b.Address, t.To)
}

// sameNumber reports whether a number in any form is one in E.164, with or without its
// country.
func sameNumber(written string, to relayapi.Number) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, written)
	full := strings.TrimPrefix(string(to), "+")
	return digits == full || len(digits) >= 7 && strings.HasSuffix(full, digits)
}

// telephony is what termux-telephony-deviceinfo writes of the default SIM.
type telephony struct {
	SIM     string `json:"sim_state"`
	Carrier string `json:"sim_operator_name"`
	Network string `json:"network_operator_name"`
}

// simState is the state of the SIM in the program's words, when it is a known one.
func (i telephony) simState() string {
	switch i.SIM {
	case "absent", "network_locked", "pin_required", "puk_required":
		return strings.ReplaceAll(i.SIM, "_", " ")
	default:
		return "not ready"
	}
}

// battery is what termux-battery-status writes.
type battery struct {
	Percentage *int   `json:"percentage"`
	Status     string `json:"status"`
}
