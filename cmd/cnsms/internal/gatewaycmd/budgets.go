package gatewaycmd

import (
	"errors"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Budgets are those of gateway.Config. When they are given, a limit that they leave out is
// none, whatever it is by default.
type Budgets struct {
	// SIM, Phone and Lane are the budgets of each SIM, phone and lane.
	SIM   Budget `yaml:"sim"`
	Phone Budget `yaml:"phone"`
	Lane  Budget `yaml:"lane"`
	// Phones and Lanes replace them for single ones, by name.
	Phones map[string]Budget `yaml:"phones"`
	Lanes  map[string]Budget `yaml:"lanes"`
	// DrainAfter is after how many refusals by the carrier running a SIM is drained. Absent
	// means as without budgets, and 0 never. DrainFor is for how long.
	DrainAfter *int          `yaml:"drain_after"`
	DrainFor   time.Duration `yaml:"drain_for"`
}

// Budget is one of Budgets. Zero means no limit.
type Budget struct {
	SegmentsPerMinute  int           `yaml:"segments_per_minute"`
	TextsPerHour       int           `yaml:"texts_per_hour"`
	TextsPerDay        int           `yaml:"texts_per_day"`
	RecipientsPerMonth int           `yaml:"recipients_per_month"`
	Gap                time.Duration `yaml:"gap"`
	// Quiet is when nothing is sent, in China's time, such as 22:00-07:00.
	Quiet Quiet `yaml:"quiet"`
}

// Quiet are quiet hours, as the file has them in the form 22:00-07:00.
type Quiet gateway.QuietHours

// UnmarshalText reads the form.
func (q *Quiet) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	if !ok {
		return errQuiet
	}
	for _, part := range []struct {
		text string
		into *time.Duration
	}{{from, &q.From}, {to, &q.To}} {
		at, err := time.Parse("15:04", strings.TrimSpace(part.text))
		if err != nil {
			return errQuiet
		}
		*part.into = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	return nil
}

var errQuiet = errors.New("quiet: want two times of the day in China, such as 22:00-07:00")

func (b Budget) of() gateway.Budget {
	return gateway.Budget{
		SegmentsPerMinute: b.SegmentsPerMinute, TextsPerHour: b.TextsPerHour, TextsPerDay: b.TextsPerDay,
		RecipientsPerMonth: b.RecipientsPerMonth, Gap: b.Gap,
		Quiet: gateway.QuietHours(b.Quiet),
	}
}

// of returns the budgets for gateway.Config: nil for the gateway's own.
func (b *Budgets) of() *gateway.Budgets {
	if b == nil {
		return nil
	}
	all := &gateway.Budgets{
		SIM: b.SIM.of(), Phone: b.Phone.of(), Lane: b.Lane.of(), DrainAfter: gateway.DefaultBudgets().DrainAfter, DrainFor: b.DrainFor,
		Phones: map[string]gateway.Budget{}, Lanes: map[string]gateway.Budget{},
	}
	if b.DrainAfter != nil {
		all.DrainAfter = *b.DrainAfter
	}
	for name, one := range b.Phones {
		all.Phones[name] = one.of()
	}
	for name, one := range b.Lanes {
		all.Lanes[name] = one.of()
	}
	return all
}
