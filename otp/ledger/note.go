package ledger

import (
	"cmp"
	"context"
	"hash/maphash"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// Note enters what an otp.Service tells of: that a code was right, that a verification was
// given up, that a text arrived or will not, that a number was erased. Give it to
// otp.Config.OnEvent, or call it from there. Test numbers do not count: nothing is sent to them.
func (l *Ledger) Note(_ context.Context, e otp.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e.Kind {
	case otp.EventDelivered:
		l.report(textKey{e.Provider, e.Message}, textKey{}, Arrived, nil)
	case otp.EventFailed:
		l.report(textKey{e.Provider, e.Message}, textKey{}, Failed, nil)
	case otp.EventErased:
		l.erase(maphash.Comparable(l.seed, e.Phone))
	default:
		v := l.lines[e.ID]
		if v == nil || e.ID == "" {
			return
		}
		l.change(v, func() {
			v.purpose = cmp.Or(e.Purpose, v.purpose) // who guesses at an id is told of no purpose
			v.verified = v.verified || e.Kind == otp.EventVerified
			v.canceled = v.canceled || e.Kind == otp.EventCanceled
		})
	}
}

// Reports returns a function that enters delivery reports and then gives them to next,
// such as otp.Service.Note; next may be nil. Reports may come late, twice, in any order and
// before the service has answered; delivered wins over failed. Those of other messages are
// passed over. When next fails, the reports can be given again.
func (l *Ledger) Reports(next Handle) Handle {
	return func(ctx context.Context, reports []provider.Report) error {
		for _, r := range reports {
			l.enter(r)
		}
		if next == nil {
			return nil
		}
		return next(ctx, reports)
	}
}

func (l *Ledger) enter(r provider.Report) {
	outcome := Arrived
	switch {
	case r.Kind != provider.ReportDelivery:
		return
	case r.Status.State == provider.StateFailed:
		outcome = Failed
	case r.Status.State != provider.StateDelivered:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report(textKey{r.Provider, r.ID}, textKey{r.Provider, r.Ref}, outcome, r.Extra)
}

// earlyReports is how many reports are kept that may be of texts whose service has not
// answered yet.
const earlyReports = 1000

// report enters what became of a text. One member is given one ref once, so that a ref
// finds a text whose answer was lost.
func (l *Ledger) report(id, ref textKey, outcome Outcome, extra map[string]string) {
	entry := l.byID[id]
	if entry == nil && ref.id != "" {
		entry = l.byRef[ref]
	}
	if entry == nil {
		l.reportEarly(id, outcome)
		return
	}
	l.change(entry.line, func() {
		entry.text.told(extra)
		if entry.text.outcome != Arrived {
			entry.text.outcome = outcome
		}
	})
}

func (l *Ledger) reportEarly(id textKey, outcome Outcome) {
	before, known := l.early[id]
	switch {
	case id.id == "" || before == Arrived:
		return
	case !known && len(l.arrivals) >= earlyReports:
		delete(l.early, l.arrivals[0])
		l.arrivals = append(l.arrivals[:0], l.arrivals[1:]...)
	}
	if !known {
		l.arrivals = append(l.arrivals, id)
	}
	l.early[id] = outcome
}

// erase takes the number and the ids out of the lines of a number. What they cost stays.
func (l *Ledger) erase(person uint64) {
	for _, v := range l.order {
		if v.person != person {
			continue
		}
		l.drop(v)
		v.id, v.phone, v.purpose, v.person = "", "", "", 0
		for _, t := range v.texts {
			t.id, t.ref = "", ""
		}
	}
}
