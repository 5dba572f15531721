package dashboard

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

var (
	//go:embed assets/style.css assets/app.js
	assets embed.FS
	//go:embed pages/*.html
	pages embed.FS

	templates = template.Must(template.ParseFS(pages, "pages/*.html"))
)

// page is what a page is made of.
type page struct {
	words

	Title    string
	Operator string
	Path     string
	Tokens   bool
	Data     any
}

// T returns words.
func (w words) T(key string) string { return w.of(key) }

// State returns what a state is called.
func (w words) State(s relayapi.State) string { return w.of("state_" + string(s)) }

// Class returns what a class of failures is called.
func (w words) Class(c relayapi.FailureClass) string { return w.of("class_" + string(c)) }

// render writes a page.
func (d *Dashboard) render(w http.ResponseWriter, r *request, status int, name, title string, data any) {
	var body bytes.Buffer
	p := page{
		words: r.words, Title: r.words.of(title), Operator: r.operator.Name, Path: r.URL.Path,
		Tokens: d.options.Principals != nil, Data: data,
	}
	if err := templates.ExecuteTemplate(&body, name+".html", p); err != nil {
		d.logger.Error("relay: a page of the dashboard failed", "page", name, "error", err)
		http.Error(w, "the page failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", r.words.Lang)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// fail writes a page that says what went wrong.
func (d *Dashboard) fail(w http.ResponseWriter, r *request, status int, why string) {
	d.render(w, r, status, "error", "error", r.words.of(why))
}

func (d *Dashboard) asset(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	data, err := assets.ReadFile("assets/" + file)
	if err != nil {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	kind := "text/css; charset=utf-8"
	if strings.HasSuffix(file, ".js") {
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data) //nolint:gosec // one of the two embedded files
}

// overview is the first page, whose parts change as it is looked at.
func (d *Dashboard) overview(w http.ResponseWriter, r *request) {
	found, err := d.collect.look(r.Context(), r.operator)
	if err != nil {
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	parts, err := d.parts(found, r.words)
	if err != nil {
		d.fail(w, r, http.StatusInternalServerError, "error")
		return
	}
	safe := map[string]template.HTML{}
	for name, html := range parts {
		safe[name] = template.HTML(html) //nolint:gosec // html/template has made it
	}
	d.render(w, r, http.StatusOK, "overview", "overview", safe)
}

// partNames are the parts of the overview.
var partNames = []string{"tiles", "phones", "budgets", "queue", "classes", "recent"}

// parts returns the parts of the overview in a language. They are made once for all who look.
func (d *Dashboard) parts(s *snapshot, w words) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if made, ok := s.parts[w.Lang]; ok {
		return maps.Clone(made), nil
	}
	view := d.view(s, w)
	if err := d.cards.draw(&view); err != nil {
		return nil, err
	}
	made := map[string]string{}
	var part bytes.Buffer
	for _, name := range partNames {
		part.Reset()
		if err := templates.ExecuteTemplate(&part, name, view); err != nil {
			return nil, err
		}
		made[name] = strings.TrimSpace(part.String())
	}
	s.parts[w.Lang] = made
	return maps.Clone(made), nil
}

// clock writes a time as people read it: without the day when it is today.
func (d *Dashboard) clock(at, now time.Time) string {
	at = at.In(d.options.Location)
	if at.Before(d.collect.today(now)) {
		return at.Format("01-02 15:04")
	}
	return at.Format("15:04:05")
}
