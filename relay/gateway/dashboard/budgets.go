package dashboard

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/internal/scrub"
)

// budgetView is how much of a budget is used, as it is shown.
type budgetView struct {
	words

	ID, Name, Carrier        string
	Phone                    string
	Slot                     int
	Uses                     []useView
	Full                     bool
	FreeAt, Learned, Drained string
	Card                     template.HTML
}

// useView is one limit of a budget.
type useView struct {
	ID, What          string
	Used, Limit, High int
}

func (d *Dashboard) budget(u gateway.BudgetUse, w words, now time.Time) budgetView {
	v := budgetView{words: w, Phone: u.SIM.Phone, Slot: u.SIM.Slot, Carrier: scrub.Failure(u.Carrier, "", "")}
	switch u.Kind {
	case gateway.BudgetOfLane:
		v.Name = w.of("budget_lane") + " " + u.Lane
	case gateway.BudgetOfSIM:
		v.Name = u.SIM.Phone + " – " + w.of("sim")
		if u.SIM.Slot > 0 {
			v.Name += " " + strconv.Itoa(u.SIM.Slot)
		}
	default:
		v.Name = u.SIM.Phone
	}
	v.ID = fmt.Sprintf("%s-%s-%d-%s", u.Kind, u.SIM.Phone, u.SIM.Slot, u.Lane)
	add := func(what string, used, limit int) {
		if limit > 0 {
			v.Uses = append(v.Uses, useView{v.ID + "-" + what, w.of(what), used, limit, limit * 8 / 10})
			v.Full = v.Full || used >= limit
		}
	}
	add("segments_minute", u.Segments, u.Effective.SegmentsPerMinute)
	add("texts_hour", u.TextsHour, u.Effective.TextsPerHour)
	add("texts_day", u.TextsDay, u.Effective.TextsPerDay)
	add("recipients_month", u.Recipients, u.Effective.RecipientsPerMonth)
	until := func(at time.Time) string {
		if !now.Before(at) {
			return ""
		}
		return d.until(at, now)
	}
	v.FreeAt, v.Learned, v.Drained = until(u.FreeAt), until(u.LearnedUntil), until(u.DrainedUntil)
	return v
}

// until writes a time to come: with the day, unless that is today.
func (d *Dashboard) until(at, now time.Time) string {
	at = at.In(d.options.Location)
	if at.Before(d.collect.today(now).AddDate(0, 0, 1)) {
		return at.Format("15:04:05")
	}
	return at.Format("01-02 15:04")
}

// resume has a drained SIM send again.
func (d *Dashboard) resume(w http.ResponseWriter, r *request) {
	slot, err := strconv.Atoi(r.PostFormValue("slot"))
	if err != nil {
		d.fail(w, r, http.StatusBadRequest, "bad_form")
		return
	}
	if err := d.gateway.Resume(r.Context(), r.operator, gateway.SIM{Phone: r.PostFormValue("phone"), Slot: slot}); err != nil {
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	http.Redirect(w, r.Request, "/", http.StatusSeeOther)
}
