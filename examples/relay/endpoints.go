package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// endpoints stands before the gateway and prints each request that says something: those
// of sites and phones when they arrive, and what comes back before it is on its way. So
// one line never overtakes another, and every run prints the same.
type endpoints struct {
	*printer
	gateway http.Handler
	holders map[string]string // names by token
	shown   sync.Map          // reports, so that one that a phone repeats is shown once
}

func (e *endpoints) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, relayapi.MaxBody+1))
	if err != nil {
		http.Error(w, "the body did not arrive", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	who := e.holders[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	e.request(who, r.URL.Path, body)
	kept := httptest.NewRecorder()
	e.gateway.ServeHTTP(kept, r)
	e.response(who, r.URL.Path, kept)
	for name, values := range kept.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}

func (e *endpoints) request(who, path string, body []byte) {
	switch path {
	case relayapi.PathSubmissions:
		var submit relayapi.Submit
		if json.Unmarshal(body, &submit) == nil {
			e.say("   submit   %-8s a text for %s", who, submit.To)
		}
	case relayapi.PathStateReports:
		var report relayapi.StateReport
		if json.Unmarshal(body, &report) != nil {
			return
		}
		if _, repeated := e.shown.LoadOrStore(report.ID+string(report.State), true); !repeated {
			e.say("   receipt  %-8s %s", who, report.State)
		}
	}
}

func (e *endpoints) response(who, path string, kept *httptest.ResponseRecorder) {
	switch path {
	case relayapi.PathSubmissions:
		var refused relayapi.ErrorReply
		if kept.Code >= http.StatusBadRequest && json.Unmarshal(kept.Body.Bytes(), &refused) == nil {
			e.say("   submit   %-8s refused at once: %s", who, refused.Error.Code)
		}
	case relayapi.PathPull:
		var pulled relayapi.Pulled
		if json.Unmarshal(kept.Body.Bytes(), &pulled) == nil && len(pulled.Jobs) > 0 {
			e.say("   pull     %-8s gets the text", who)
		}
	}
}
