package dashboard

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// view is what the parts of the overview show.
type view struct {
	words

	Sums            sums
	Online          int
	Phones          []phoneView
	Jobs            []jobView
	Saved, Estimate string
	Budgets         []budgetView
}

// phoneView is a phone as it is shown.
type phoneView struct {
	words

	Name, Lanes  string
	Online       bool
	Cooled       bool
	Seen         string
	SeenMS       int64
	Said         bool
	Model, App   string
	Battery      int
	HasBattery   bool
	Charging     string
	MaySend      string
	Unrestricted string
	Failed       int
	HasFailed    bool
	SIMs         []simView
	Card         template.HTML
}

// simView is a SIM as it is shown.
type simView struct {
	Slot           int
	Carrier, Ready string
}

// jobView is a job as it is shown: its number is masked, and of a failure the class alone.
type jobView struct {
	ID, At, AtISO, To, Site, Lane, Phone string
	State                                relayapi.State
	Class                                relayapi.FailureClass
	Open                                 bool
}

// shownStates is the order in which the states of a lane are shown.
var shownStates = []relayapi.State{
	relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateCancelling, relayapi.StateSent,
	relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateUncertain, relayapi.StateExpired, relayapi.StateCancelled,
}

func (d *Dashboard) view(s *snapshot, w words) view {
	v := view{words: w, Sums: s.Sums}
	for _, phone := range s.Phones {
		shown := d.phone(phone, w, s.At)
		if shown.Online {
			v.Online++
		}
		v.Phones = append(v.Phones, shown)
	}
	slices.SortStableFunc(v.Phones, func(a, b phoneView) int { // those that need somebody come first
		switch {
		case a.Online == b.Online:
			return strings.Compare(a.Name, b.Name)
		case a.Online:
			return 1
		default:
			return -1
		}
	})
	for _, job := range s.Recent {
		v.Jobs = append(v.Jobs, d.job(job, s.At))
	}
	for _, use := range s.Budgets {
		if shown := d.budget(use, w, s.At); len(shown.Uses) > 0 || shown.Drained != "" {
			v.Budgets = append(v.Budgets, shown)
		}
	}
	if price := d.options.TextPrice; price > 0 {
		v.Saved = fmt.Sprintf("%.2f", price*float64(s.Sums.Segments)+1e-9) // half a fen counts as one
		v.Estimate = strings.ReplaceAll(w.of("saved_hint"), "{price}", fmt.Sprintf("%g", price))
	}
	return v
}

func (d *Dashboard) phone(p gateway.PhonePresence, w words, now time.Time) phoneView {
	v := phoneView{
		words: w, Name: p.Phone, Lanes: strings.Join(p.Lanes, ", "), Online: now.Before(p.OnlineUntil),
		Seen: d.clock(p.LastSeen, now), SeenMS: p.LastSeen.UnixMilli(),
	}
	for _, until := range p.CooledUntil {
		v.Cooled = v.Cooled || now.Before(until)
	}
	if p.Device == nil {
		return v
	}
	v.Said = true
	v.Model, v.App = scrub.Failure(p.Device.Model, "", ""), version(p.Device.App)
	if p.Device.BatteryPercent != nil {
		v.Battery, v.HasBattery = *p.Device.BatteryPercent, true
	}
	if p.Device.FailedLastHour != nil {
		v.Failed, v.HasFailed = *p.Device.FailedLastHour, true
	}
	v.Charging = answer(p.Device.Charging)
	v.MaySend, v.Unrestricted = answer(p.Device.MaySend), answer(p.Device.Unrestricted)
	for _, sim := range p.Device.SIMs {
		v.SIMs = append(v.SIMs, simView{sim.Slot, scrub.Failure(sim.Carrier, "", ""), answer(sim.Ready)})
	}
	return v
}

// likeANumber finds what can be a whole number in a version; most versions are none.
var likeANumber = regexp.MustCompile(`\p{Nd}{5}|\p{Nd}{3}[ .-]\p{Nd}{4}[ .-]\p{Nd}{4}`)

// version is what a phone says that its program is: it is the phone's word, and can be anything.
func version(app string) string {
	if likeANumber.MatchString(app) {
		return scrub.Failure(app, "", "")
	}
	return app
}

// answer is yes, no, or nothing for what is not known.
func answer(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	default:
		return "no"
	}
}

func (d *Dashboard) job(j gateway.Job, now time.Time) jobView {
	v := jobView{
		ID: j.ID, At: d.clock(j.Created, now), AtISO: j.Created.UTC().Format(time.RFC3339), To: j.To.String(),
		Site: j.Site, Lane: j.Lane, Phone: j.Phone, State: j.State, Open: j.Open(),
	}
	if failure := j.Failure(); failure != nil {
		v.Class = failure.Class
	}
	return v
}
