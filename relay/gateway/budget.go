package gateway

import (
	"fmt"
	"time"
)

// Budget limits what may be sent in a time. A zero field sets no limit. Every window
// slides: it ends now.
type Budget struct {
	// SegmentsPerMinute is how many segments may be handed out within 60 seconds. A long
	// text has several, see package segments.
	SegmentsPerMinute int
	// TextsPerHour and TextsPerDay are how many texts may be handed out within 60 minutes
	// and within 24 hours.
	TextsPerHour, TextsPerDay int
	// RecipientsPerMonth is to how many different numbers texts may be handed out within 31
	// days. So they are never more in a month, whatever the day on which the carrier's begins.
	RecipientsPerMonth int
	// Gap is the shortest time between two texts.
	Gap time.Duration
	// Quiet is when nothing is sent.
	Quiet QuietHours
}

// QuietHours are a part of each day, in China's time (UTC+8) whatever the machine's zone.
// The zero value is no time at all.
type QuietHours struct {
	// From and To are times since midnight, less than 24 hours. When To is the earlier one,
	// the quiet hours end on the next day.
	From, To time.Duration
}

// The windows of a [Budget].
const (
	budgetMinute = time.Minute
	budgetHour   = time.Hour
	budgetDay    = 24 * time.Hour
	// BudgetMonth is the window of RecipientsPerMonth, and how long a queue remembers which
	// texts were handed out.
	BudgetMonth = 31 * budgetDay
	// maxBudget bounds each limit: an engine looks at as many texts.
	maxBudget = 100_000
)

// beijing is China's time. It has had no summer time since 1991.
var beijing = time.FixedZone("CST", 8*60*60)

// Contains reports whether a time is in the quiet hours.
func (q QuietHours) Contains(at time.Time) bool { return q.after(at).After(at) }

// after returns the time itself when it is not in the quiet hours, or their end.
func (q QuietHours) after(at time.Time) time.Time {
	local := at.In(beijing)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, beijing)
	since := local.Sub(midnight)
	switch {
	case q.From == q.To:
		return at
	case q.From < q.To && since >= q.From && since < q.To, q.From > q.To && since < q.To:
		return midnight.Add(q.To).In(at.Location())
	case q.From > q.To && since >= q.From:
		return midnight.Add(budgetDay + q.To).In(at.Location())
	default:
		return at
	}
}

// problems returns what is wrong with a budget, as "Field: problem".
func (b Budget) problems() []string {
	var problems []string
	for _, limit := range []struct {
		field string
		value int
	}{
		{"SegmentsPerMinute", b.SegmentsPerMinute},
		{"TextsPerHour", b.TextsPerHour},
		{"TextsPerDay", b.TextsPerDay},
		{"RecipientsPerMonth", b.RecipientsPerMonth},
	} {
		if limit.value < 0 || limit.value > maxBudget {
			problems = append(problems, fmt.Sprintf("%s: must be between 0, for no limit, and %d", limit.field, maxBudget))
		}
	}
	if b.Gap < 0 || b.Gap > budgetHour {
		problems = append(problems, "Gap: must be between 0 and an hour")
	}
	for _, end := range []struct {
		field string
		value time.Duration
	}{{"Quiet.From", b.Quiet.From}, {"Quiet.To", b.Quiet.To}} {
		if end.value < 0 || end.value >= budgetDay {
			problems = append(problems, end.field+": must be at least 0 and less than 24 hours")
		}
	}
	return problems
}
