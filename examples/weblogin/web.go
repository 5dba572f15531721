package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

//go:embed page
var pages embed.FS

// web serves the site, and what stands beside it on the page.
type web struct {
	url    string
	server *http.Server
	ended  chan error
}

// startWeb serves on a loopback address of its own.
func startWeb(ctx context.Context, w *world) (*web, error) {
	mux, err := routes(ctx, w)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	s := &web{
		url: "http://" + listener.Addr().String(), ended: make(chan error, 1),
		server: &http.Server{
			Handler: secure(mux), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
			BaseContext: func(net.Listener) context.Context { return serving },
		},
	}
	s.server.RegisterOnShutdown(stop) // ends the streams
	go func() { s.ended <- s.server.Serve(listener) }()
	return s, nil
}

// routes are all paths. /codes/ is what a real site has too; so are the session's.
func routes(ctx context.Context, w *world) (*http.ServeMux, error) {
	files, err := fs.Sub(pages, "page")
	if err != nil {
		return nil, err
	}
	logins := newSessions()
	codes, err := otp.NewHandler(otp.HandlerConfig{Service: w.codes, OnVerified: logins.login})
	if err != nil {
		return nil, err
	}
	reports, err := provider.ReportHandler(w.sender, w.books.Reports(w.codes.Note),
		provider.RequireSecret(reportSecret), provider.AllowAddresses(netip.MustParsePrefix("127.0.0.0/8")))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(files))
	mux.Handle("/codes/", http.StripPrefix("/codes", codes))
	mux.Handle("/reports/", reports)
	mux.HandleFunc("GET /me", logins.serveMe)
	mux.HandleFunc("POST /logout", logins.serveLogout)
	mux.Handle("/stage/", newControls(ctx, w))
	return mux, nil
}

// reports is the address that a service pushes its reports to.
func (s *web) reports(name string) string {
	return s.url + "/reports/" + string(reportSecret) + "/" + name
}

// grace is how long an answer may take when the program ends.
const grace = 500 * time.Millisecond

// close stops the server. Browsers open connections in advance, which nobody waits for.
func (s *web) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.server.Close()
	}
	if ended := <-s.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// policy lets the page load its own files, and nothing else from anywhere.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers of every response, and refuses what another site's page asks for.
func secure(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func respond(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}
