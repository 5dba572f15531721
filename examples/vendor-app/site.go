package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

const templateLogin = "login"

// site is the website: it sends codes and checks what users type, and never knows a code.
type site struct {
	sender *failover.Composer

	mu       sync.Mutex
	receipts map[provider.Phone][]provider.Receipt // of the login that goes on
}

// newSite sends first attempts through the phone and retries through Mob's WebAPI.
func newSite(relayURL, mobURL string) (*site, error) {
	// The phone's app asks Mob for a code; Mob checks it. The text is a note for the app.
	sdk, errSDK := mob.NewSDKVerifier(mob.Config{AppKey: appKey, BaseURL: mobURL})
	free, errFree := relay.New(relay.Config{
		BaseURL: relayURL, Token: siteToken, Lane: lane, Wait: 8 * time.Second, Codes: sdk,
		Templates: provider.Templates{templateLogin: {Text: "Mob sends its own code."}},
	})
	paid, errPaid := mob.New(mob.Config{AppKey: appKey, BaseURL: mobURL, Templates: provider.Templates{templateLogin: {}}})
	if err := errors.Join(errSDK, errFree, errPaid); err != nil {
		return nil, err
	}
	sender, err := failover.NewComposer(composerConfig(free, paid, true))
	return &site{sender: sender, receipts: map[provider.Phone][]provider.Receipt{}}, err
}

// composerConfig has two makers of codes: the SDK's, and the WebAPI's. Without otherCodes
// no composer is made of it.
func composerConfig(free, paid provider.Provider, otherCodes bool) failover.ComposerConfig {
	return failover.ComposerConfig{
		First: failover.Member{Provider: free}, Retry: failover.Member{Provider: paid}, OtherCodes: otherCodes,
	}
}

// send has a code sent and keeps the receipt, with those of the attempts before.
func (s *site) send(ctx context.Context, to provider.Phone) (by string, err error) {
	receipt, err := s.sender.Send(ctx, provider.Message{To: to, Template: templateLogin})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipts[to] = append(s.receipts[to], receipt)
	return receipt.Provider, nil
}

// check asks whoever made the codes that are on their way, the latest first. Each code
// bears three checks, and a wrong guess costs one of each.
func (s *site) check(ctx context.Context, to provider.Phone, typed string) (bool, error) {
	s.mu.Lock()
	receipts := slices.Clone(s.receipts[to])
	s.mu.Unlock()
	for _, receipt := range slices.Backward(receipts) {
		err := provider.Verify(ctx, s.sender, receipt, typed)
		switch {
		case err == nil:
			s.mu.Lock()
			delete(s.receipts, to) // a right code is right once
			s.mu.Unlock()
			return true, s.sender.Forget(ctx, to, templateLogin)
		case !errors.Is(err, provider.KindCodeMismatch) && !errors.Is(err, provider.KindCodeExpired):
			return false, err
		}
	}
	return false, nil
}

// asked is the body of the website's two requests.
type asked struct {
	Number string `json:"number"`
	Code   string `json:"code"`
}

func (s *site) serveSend(w http.ResponseWriter, r *http.Request) {
	to, _, ok := read(w, r)
	if !ok {
		return
	}
	by, err := s.send(r.Context(), to)
	if err != nil {
		respond(w, http.StatusBadGateway, map[string]string{"error": "no code could be sent; try again later"})
		return
	}
	respond(w, http.StatusOK, map[string]string{"sent_by": by})
}

func (s *site) serveCheck(w http.ResponseWriter, r *http.Request) {
	to, code, ok := read(w, r)
	if !ok {
		return
	}
	right, err := s.check(r.Context(), to, code)
	if err != nil {
		respond(w, http.StatusBadGateway, map[string]string{"error": "the code could not be checked; try again later"})
		return
	}
	respond(w, http.StatusOK, map[string]bool{"right": right})
}

// read reads a request. One that is not JSON is none of this page's.
func read(w http.ResponseWriter, r *http.Request) (to provider.Phone, code string, ok bool) {
	var body asked
	if r.Header.Get("Content-Type") != "application/json" {
		respond(w, http.StatusUnsupportedMediaType, map[string]string{"error": "want Content-Type: application/json"})
		return to, "", false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body); err != nil {
		respond(w, http.StatusBadRequest, map[string]string{"error": "want a JSON object with number, and with code to check one"})
		return to, "", false
	}
	to, err := provider.ParsePhone(body.Number)
	if err != nil {
		respond(w, http.StatusBadRequest, map[string]string{"error": "number: " + err.Error()})
		return to, "", false
	}
	return to, body.Code, true
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
