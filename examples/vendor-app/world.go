package main

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
	"github.com/cnsms/cnsms/sim"
)

const (
	siteToken  = "vendor-app-site-token" //nolint:gosec // nobody else's
	phoneToken = "vendor-app-phone-token"
	appKey     = "vendor-app-key"

	// lane is that of phones whose app has Mob make the codes.
	lane = "mob"
)

//go:embed page
var pages embed.FS

// world is the gateway, Mob's simulator and the website, all at one address.
type world struct {
	services *sim.Server
	relay    *stage.Relay
	site     *site
}

func newWorld(ctx context.Context) (*world, error) {
	w := &world{services: sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: appKey}))}
	if err := w.services.Listen(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	var err error
	w.relay, err = stage.Start(ctx, []gateway.Token{
		{Name: "website", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken), Lanes: []string{lane}},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken(phoneToken), Lanes: []string{lane}},
	}, func(gateway http.Handler) http.Handler {
		mux.Handle("/v1/", gateway)
		mux.Handle(relayapi.PathHealth, gateway)
		return sameOrigin(mux)
	})
	if err != nil {
		w.services.Close()
		return nil, err
	}
	if w.site, err = newSite(w.relay.URL, w.services.URL()); err != nil {
		_ = w.close()
		return nil, err
	}
	return w, w.route(mux)
}

// route adds what stands beside the gateway.
func (w *world) route(mux *http.ServeMux) error {
	files, err := fs.Sub(pages, "page")
	if err != nil {
		return err
	}
	mux.Handle("/", http.FileServerFS(files))
	mux.HandleFunc("POST /site/send", w.site.serveSend)
	mux.HandleFunc("POST /site/check", w.site.serveCheck)
	mux.HandleFunc("GET /texts", w.serveTexts)
	mux.HandleFunc("POST /vendor/send", w.serveVendor)
	return nil
}

// sameOrigin lets the pages load and call nothing but this address, and nobody frame them.
func sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		header.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// serveVendor is the vendor's SDK as the bridge reaches it. A real SDK holds the App Key
// and speaks to Mob itself.
func (w *world) serveVendor(out http.ResponseWriter, r *http.Request) {
	form := url.Values{"appkey": {appKey}, "zone": {r.FormValue("zone")}, "phone": {r.FormValue("phone")}}
	inner, err := http.NewRequestWithContext(r.Context(), http.MethodPost, w.services.URL()+mobsim.SDKPath, strings.NewReader(form.Encode()))
	if err != nil {
		http.Error(out, "bad form", http.StatusBadRequest)
		return
	}
	inner.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.services.ServeHTTP(out, inner)
}

// serveTexts shows what the simulator has sent, latest first: the user's own phone.
func (w *world) serveTexts(out http.ResponseWriter, _ *http.Request) {
	type text struct {
		To   string `json:"to"`
		Text string `json:"text"`
	}
	shown := []text{}
	for _, one := range w.services.Texts() {
		shown = append([]text{{one.To, one.Text}}, shown...)
	}
	respond(out, http.StatusOK, shown)
}

func (w *world) close() error {
	err := w.relay.Close()
	w.services.Close()
	return err
}
