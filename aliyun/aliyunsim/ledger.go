package aliyunsim

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/sim"
)

const (
	keptReports = 1000
	keptTexts   = 10_000
)

// Codes of reports that the simulator gives by itself.
const (
	arrived   = "DELIVERED"
	unreached = "MOBILE_NOT_ON_SERVICE"
	notFiled  = "PORT_NOT_REGISTERED"
	blocked   = "MOBILE_IN_BLACK"
)

// Delivery is what became of a text. OutID, SentAt and Size may be left out, where the
// text is one that the simulator has accepted.
type Delivery struct {
	// BizID is the BizId, which is sim.Text.ID.
	BizID string
	// Phone is the number in E.164 form.
	Phone string
	// OutID is the caller's own id.
	OutID string
	// SentAt is when the text was accepted.
	SentAt time.Time
	// At is when the handset had it, or when it failed.
	At time.Time
	// Failed says that it did not arrive.
	Failed bool
	// Code is the code of the receipt. Empty means DELIVERED, or with Failed,
	// MOBILE_NOT_ON_SERVICE.
	Code string
	// Size is how many segments the text has. 0 means 1.
	Size int
}

func (d Delivery) code() string {
	if d.Failed {
		return cmp.Or(d.Code, unreached)
	}
	return cmp.Or(d.Code, arrived)
}

// entry is a text that was accepted.
type entry struct {
	text     sim.Text
	at       time.Time
	size     int
	delivery *Delivery // nil: not known yet
}

// ledger holds the texts of one product, and the reports that wait to be pushed.
type ledger struct {
	billing    *sim.Account
	entries    []*entry
	deliveries []Delivery
}

// add takes texts in, and with Config.Deliver reports what becomes of them.
func (l *ledger) add(c *sim.Call, cfg Config, list []sim.Text) {
	for _, text := range list {
		l.entries = append(l.entries, &entry{text: text, at: c.Now, size: billed(text)})
		if !cfg.Deliver {
			continue
		}
		d := Delivery{BizID: text.ID, Phone: text.To, At: c.Now}
		switch {
		case cfg.isStopped(text):
			d.Failed, d.Code = true, notFiled
		case slices.Contains(cfg.Blocked, text.To):
			d.Failed, d.Code = true, blocked
		}
		l.report(d)
	}
	l.entries = slices.Delete(l.entries, 0, max(0, len(l.entries)-keptTexts))
}

// report takes a report in.
func (l *ledger) report(d Delivery) {
	for _, e := range l.entries {
		if e.text.ID == d.BizID && e.text.To == d.Phone {
			if d.SentAt.IsZero() {
				d.SentAt = e.at
			}
			l.bill(e, d)
			d.OutID, d.Size = cmp.Or(d.OutID, e.text.Ref), cmp.Or(d.Size, e.size)
			e.delivery = &d
		}
	}
	l.deliveries = append(l.deliveries, d)
	l.deliveries = slices.Delete(l.deliveries, 0, max(0, len(l.deliveries)-keptReports))
}

// bill gives back what a text cost that has failed, since only what arrives is billed.
func (l *ledger) bill(e *entry, d Delivery) {
	before := e.delivery != nil && e.delivery.Failed
	switch {
	case d.Failed && !before:
		l.billing.GiveBack(e.size)
	case !d.Failed && before:
		l.billing.GiveBack(-e.size)
	}
}

// take empties the queue.
func (l *ledger) take() []Delivery {
	taken := l.deliveries
	l.deliveries = nil
	return taken
}

// wireTime is a time of day in Beijing.
func wireTime(at time.Time) string { return at.In(sim.Beijing).Format(time.DateTime) }

// onWire is a number as the service writes it: those abroad with the country code, and
// without a plus.
func onWire(number string) string {
	return strings.TrimPrefix(strings.TrimPrefix(number, "+86"), "+")
}

// reportWords are what the service says with the code of a report.
func reportWords(code string) string {
	row, _ := aliyun.Codes().Table("report").Lookup(code)
	return cmp.Or(row.Words, code)
}
