package simtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// patience is how long an answer may take.
const patience = 10 * time.Second

// bench is a server with a fresh simulator.
type bench struct {
	server *sim.Server
	hidden []string // what may show nowhere
}

// service is a fresh simulator that grants r.
func (h Harness) service(r Request) sim.Service {
	if r.New != nil {
		return r.New()
	}
	return h.New()
}

// bench makes the requests that come before.
func (h Harness) bench(r Request) (*bench, error) {
	b := &bench{sim.New(sim.Config{Now: func() time.Time { return h.Now }}, h.service(r)), h.Secrets}
	for _, before := range r.Before {
		if e, err := b.send(before); err != nil || e.Verdict != "" {
			return nil, errors.Join(err, fmt.Errorf("request %q before: %s", before.Name, e.Verdict))
		}
	}
	return b, nil
}

// send makes a request and returns what was recorded of it. The error says that
// there was no answer, or one that tells a secret.
func (b *bench) send(r Request) (sim.Exchange, error) {
	request, err := r.build()
	if err != nil {
		return sim.Exchange{}, err
	}
	return b.do(request)
}

func (b *bench) do(request *http.Request) (sim.Exchange, error) {
	before := len(b.server.Exchanges())
	ctx, cancel := context.WithTimeout(request.Context(), patience)
	defer cancel()
	response, err := b.server.Transport().RoundTrip(request.WithContext(ctx))
	if err != nil {
		return sim.Exchange{}, fmt.Errorf("no answer to %s %s: %w", request.Method, request.URL.Path, err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return sim.Exchange{}, err
	}
	e := b.server.Exchanges()[before]
	for _, secret := range b.hidden {
		if strings.Contains(e.Verdict, secret) || strings.Contains(string(e.Reply), secret) {
			return e, fmt.Errorf("a secret shows in the verdict %q or the reply %q", e.Verdict, e.Reply)
		}
	}
	return e, nil
}
