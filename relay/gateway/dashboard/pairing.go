package dashboard

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

// codeFor is how long a code of the pairing page lives.
const codeFor = 15 * time.Minute

// pairing is the pairing page, before and after a code was made.
type pairing struct {
	words

	App     bool
	Problem string
	Name    string
	Lanes   string
	Made    *madeCode
}

// madeCode is a code, shown once.
type madeCode struct {
	words

	ForApp bool
	Plain  bool
	Code   string
	URL    string
	Link   string
	QR     template.URL
	Ends   string
}

func (d *Dashboard) pairingPage(w http.ResponseWriter, r *request) {
	d.render(w, r, http.StatusOK, "pairing", "pairing", pairing{words: r.words, App: d.options.AppCode != nil})
}

// pair makes a code and shows it, once.
func (d *Dashboard) pair(w http.ResponseWriter, r *request) {
	shown := pairing{
		words: r.words, App: d.options.AppCode != nil,
		Name: strings.TrimSpace(r.PostFormValue("name")), Lanes: strings.TrimSpace(r.PostFormValue("lanes")),
	}
	forApp := shown.App && r.PostFormValue("for") == "app"
	code, err := d.newCode(r, shown, forApp)
	var field *gateway.FieldError
	var limit *gateway.LimitError
	switch {
	case errors.As(err, &limit):
		shown.Problem = r.words.of("pair_many")
		w.Header().Set("Retry-After", strconv.Itoa(seconds(limit.RetryAfter)))
		d.render(w, r, http.StatusTooManyRequests, "pairing", "pairing", shown)
		return
	case errors.As(err, &field):
		shown.Problem = r.words.of("pair_" + field.Field)
		if shown.Problem == "" {
			shown.Problem = field.Error()
		}
		d.render(w, r, http.StatusBadRequest, "pairing", "pairing", shown)
		return
	case errors.Is(err, gateway.ErrNoPrincipals):
		shown.Problem = r.words.of("pair_fixed")
		d.render(w, r, http.StatusConflict, "pairing", "pairing", shown)
		return
	case err != nil:
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	if shown.Made, err = d.made(r, code, forApp); err != nil {
		d.logger.Error("relay: the QR code of a pairing failed", "error", err)
		d.fail(w, r, http.StatusInternalServerError, "error")
		return
	}
	d.render(w, r, http.StatusOK, "pairing", "pairing", shown)
}

func (d *Dashboard) newCode(r *request, p pairing, forApp bool) (provider.Secret, error) {
	lanes := strings.FieldsFunc(p.Lanes, func(c rune) bool { return c == ',' || c == '，' || c == ' ' })
	invitation := gateway.Invitation{Name: p.Name, Lanes: lanes, For: codeFor}
	if forApp {
		return d.options.AppCode(r.Context(), r.operator, invitation)
	}
	return d.gateway.NewRegistration(r.Context(), r.operator, invitation)
}

// made draws a code. The QR code leads a phone's camera to the set-up sheet; the code itself
// is behind the "#" of the address, which browsers send to nobody.
func (d *Dashboard) made(r *request, code provider.Secret, forApp bool) (*madeCode, error) {
	m := &madeCode{words: r.words, ForApp: forApp, Code: string(code), URL: d.publicURL(r.Request)}
	m.Plain = strings.HasPrefix(m.URL, "http://")
	kind := "program"
	if forApp {
		kind = "app"
	}
	m.Link = m.URL + "/setup#" + url.Values{"for": {kind}, "code": {m.Code}}.Encode()
	drawn, err := qr.Encode(m.Link, qr.M)
	if err != nil {
		return nil, err
	}
	drawn.Scale = 6
	m.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(drawn.PNG())) //nolint:gosec // a picture
	m.Ends = d.gateway.Now().Add(codeFor).In(d.options.Location).Format("15:04")
	return m, nil
}

// publicURL is where phones reach the gateway.
func (d *Dashboard) publicURL(r *http.Request) string {
	if d.options.PublicURL != "" {
		return d.options.PublicURL
	}
	scheme := "http://"
	if d.options.encrypted(r) {
		scheme = "https://"
	}
	return scheme + r.Host
}

// sheet is the set-up sheet.
type sheet struct {
	words

	URL, AppURL string
	Plain       bool
}

// setup is the set-up sheet, for the phone's own browser. It needs no session: what it shows
// everybody knows who reaches the gateway.
func (d *Dashboard) setup(w http.ResponseWriter, r *http.Request) {
	req := &request{Request: r, words: language(w, r)}
	s := sheet{words: req.words, URL: d.publicURL(r)}
	s.Plain = strings.HasPrefix(s.URL, "http://")
	if d.options.AppPrefix != "" {
		s.AppURL = s.URL + d.options.AppPrefix
	}
	d.render(w, req, http.StatusOK, "setup", "setup", s)
}
