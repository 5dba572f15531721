package ledger

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
)

// Outcome is what is known of a text.
type Outcome string

const (
	// Sending: the service has not answered yet.
	Sending Outcome = "sending"
	// Unsure: it may have been sent.
	Unsure Outcome = "unsure"
	// Sent: the service accepted it.
	Sent Outcome = "accepted"
	// Refused: it was certainly not sent.
	Refused Outcome = "refused"
	// Arrived: a report says that the handset has it.
	Arrived Outcome = "delivered"
	// Failed: a report says that it will not arrive.
	Failed Outcome = "failed"
)

// Text is one text as it was given to one member.
type Text struct {
	// Provider is the member's name.
	Provider string `json:"provider"`
	// Send is the number of the text in its verification, from 1 on: members that were
	// tried one after the other with it have the same.
	Send int `json:"send"`
	// At is when it was given to the member.
	At time.Time `json:"at"`
	// Outcome is what is known of it.
	Outcome Outcome `json:"outcome"`
	// Segments is what it counts as, or 0 where that is not known.
	Segments int `json:"segments"`
	// Cost is what it costs. Unpriced is set where that is not known at all.
	Cost     Range `json:"cost"`
	Unpriced bool  `json:"unpriced,omitempty"`
}

// text is a Text with what is needed to cost it anew.
type text struct {
	provider string
	member   Member
	id, ref  string
	send     int
	at       time.Time
	day      string // of at
	outcome  Outcome
	segments int
	known    bool // segments is known
}

// open reports whether the text went out or may have.
func (t *text) open() bool { return t.outcome != Refused }

func (t *text) free() bool { return t.member.Bills == Free }

// price is what the text costs if it is billed.
func (t *text) price() (price failover.Money, known bool) { return t.member.cost(t.segments, t.known) }

// cost is the table in the package comment.
func (t *text) cost() (cost Range, priced bool) {
	if t.free() || !t.open() {
		return Range{}, true
	}
	price, known := t.price()
	if !known {
		return Range{}, false
	}
	return bill(t.member.Bills, t.outcome, price), true
}

func bill(bills Bills, outcome Outcome, price failover.Money) Range {
	switch {
	case bills == Free || outcome == Refused:
		return Range{}
	case outcome == Arrived:
		return exactly(price)
	case bills == Delivered && outcome == Failed:
		return Range{}
	case bills == Accepted && (outcome == Sent || outcome == Failed):
		return exactly(price)
	}
	return upTo(price)
}

func (t *text) shown() Text {
	cost, priced := t.cost()
	return Text{t.provider, t.send, t.at, t.outcome, t.segments, cost, !priced}
}

// cost is what a text of so many segments costs if it is billed.
func (m Member) cost(segments int, known bool) (failover.Money, bool) {
	switch {
	case m.Bills == Free:
		return 0, true
	case m.Price == 0:
		return 0, false
	case m.PerText:
		return m.Price, true
	}
	return m.Price * failover.Money(segments), known
}

// ownCode stands for a code that the service makes.
const ownCode = "000000"

// count counts the segments of a message at this member.
func (m Member) count(message provider.Message) (n int, known bool) {
	template, ok := m.Texts[message.Template]
	if !ok {
		return 0, false
	}
	params := maps.Clone(message.Params)
	if params == nil {
		params = provider.Params{}
	}
	if params[provider.ParamCode] == "" {
		params[provider.ParamCode] = ownCode
	}
	template.Ignore = slices.Collect(maps.Keys(params)) // a text need not use them all
	shown, err := template.Render(params)
	if err != nil {
		return 0, false
	}
	sign := template.Sign
	if sign == "" {
		sign = m.Sign
	}
	if message.To.IsMainland() {
		return segments.Count(shown, sign), true
	}
	return segments.CountAbroad(shown, sign), true
}

// told reads the number of segments that the service has told, if it has.
func (t *text) told(extra map[string]string) {
	if t.member.Counted == "" {
		return
	}
	const most = 1000 // more is no number of segments
	if n, err := strconv.Atoi(extra[t.member.Counted]); err == nil && n >= 0 && n <= most {
		t.segments, t.known = n, true
	}
}
