package dashboard

import (
	"errors"
	"net/http"

	"github.com/cnsms/cnsms/relay/gateway"
)

// jobsOfPage is how many jobs a page of the list has.
const jobsOfPage = 50

// jobsPage is a page of the list.
type jobsPage struct {
	words

	Jobs   []jobView
	Next   string
	First  bool
	Notice string
}

func (d *Dashboard) jobs(w http.ResponseWriter, r *request) {
	before := r.URL.Query().Get("before")
	found, err := d.gateway.List(r.Context(), r.operator, gateway.Filter{Before: before, Limit: jobsOfPage})
	if err != nil {
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	now := d.gateway.Now()
	shown := jobsPage{words: r.words, Next: found.Next, First: before == ""}
	switch said := r.URL.Query().Get("said"); said {
	case "cancelled_ok", "cancel_no", "cancel_unknown":
		shown.Notice = r.words.of(said)
	}
	for _, job := range found.Jobs {
		shown.Jobs = append(shown.Jobs, d.job(job.AsOf(now), now))
	}
	d.render(w, r, http.StatusOK, "jobs", "jobs", shown)
}

func (d *Dashboard) cancelJob(w http.ResponseWriter, r *request) {
	_, err := d.gateway.Cancel(r.Context(), r.operator, r.PostFormValue("id"))
	said := "cancelled_ok"
	switch {
	case errors.Is(err, gateway.ErrNotCancellable):
		said = "cancel_no"
	case errors.Is(err, gateway.ErrUnknownJob):
		said = "cancel_unknown"
	case err != nil:
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	http.Redirect(w, r.Request, "/jobs?said="+said, http.StatusSeeOther)
}
