package phonetest

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
)

// device is what the app says of the phone.
type device struct {
	ID       string    `json:"id,omitempty"`
	Name     string    `json:"name,omitempty"`
	SIMCards []simCard `json:"simCards"`
}

type simCard struct {
	SlotIndex   int    `json:"slotIndex"`
	SIMNumber   int    `json:"simNumber"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
	CarrierName string `json:"carrierName,omitempty"`
	ICCID       string `json:"iccid,omitempty"`
}

func (a *App) simCards() []simCard {
	var cards []simCard
	for i, sim := range a.cfg.SIMs {
		cards = append(cards, simCard{i, i + 1, masked(sim.Number), masked(sim.Carrier), masked(sim.ICCID)})
	}
	return cards
}

// masked shows the last four characters, of a longer text.
func masked(s string) string {
	runes := []rune(s)
	shown := 0
	if len(runes) > 4 {
		shown = 4
	}
	return strings.Repeat("*", len(runes)-shown) + string(runes[len(runes)-shown:])
}

// register registers the device. A code works once; from then on the app has the private token
// alone, which may be empty and is sent all the same. Facts: app v1.68.0, read in November 2026.
func (a *App) register(ctx context.Context) error {
	a.mu.Lock()
	authorization := "Bearer " + a.token
	switch {
	case a.cfg.Code != "" && !a.codeUsed:
		authorization = "Code " + a.cfg.Code
	case a.cfg.Login != "":
		authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(a.cfg.Login+":"+a.cfg.Password))
	}
	a.mu.Unlock()
	var got identity
	if err := a.call(ctx, http.MethodPost, "/device", authorization, device{Name: a.cfg.Name, SIMCards: a.simCards()}, &got); err != nil {
		return err
	}
	if got.ID == "" || got.Token == "" {
		return errors.New("phonetest: the answer to the registration lacks id or token")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.identity = got
	a.codeUsed = true
	return nil
}

// update tells the server of the phone, at every start. With a 401 the app registers as
// a new device; after any other failure it tries again, and the stream is not opened before it
// has worked. Facts: app v1.68.0, read in November 2026.
func (a *App) update(ctx context.Context, p *process) {
	for failures := 0; ctx.Err() == nil; {
		id, _ := a.Registered()
		err := a.call(ctx, http.MethodPatch, "/device", a.bearer(), device{ID: id, SIMCards: a.simCards()}, nil)
		if status := statusError(0); errors.As(err, &status) && status == http.StatusUnauthorized {
			err = a.register(ctx)
		}
		if err == nil {
			a.registered(ctx, p)
			return
		}
		if errors.Is(err, errAsleep) {
			continue
		}
		failures++
		pause(ctx, backOff(failures))
	}
}

// SignUpAgain is what a user does who signs up once more while the app runs: the device
// gets another id and token, and the app opens another stream beside the first one, which keeps the
// token that it has.
func (a *App) SignUpAgain(ctx context.Context) error {
	a.mu.Lock()
	p := a.running
	killed := p != nil && p.killed
	a.mu.Unlock()
	if p == nil || killed {
		return errors.New("phonetest: the app does not run; call Start first")
	}
	if err := a.register(ctx); err != nil {
		return err
	}
	nudge(p.again)
	return nil
}
