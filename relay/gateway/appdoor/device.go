package appdoor

import (
	"cmp"
	"net/http"
	"strings"
	"unicode"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// simCard is a SIM as the app tells of it. It masks carrier, number and serial number itself,
// but for their ends.
type simCard struct {
	SlotIndex   *int   `json:"slotIndex"` // from 0 on
	SIMNumber   *int   `json:"simNumber"` // from 1 on
	CarrierName string `json:"carrierName"`
}

// update handles PATCH /device, which the app calls whenever it starts. A 401 makes it register
// again, and after any other error it opens no stream; so it is refused only what is plainly
// another phone's.
func (d *Door) update(req *request) (response, *refusal) {
	var body struct {
		ID       string    `json:"id"`
		SIMCards []simCard `json:"simCards"`
	}
	if refused := req.decode(&body); refused != nil {
		return response{}, refused
	}
	if body.ID != "" && body.ID != req.caller.Name {
		return response{}, refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "the id is not that of the token's phone")
	}
	device := deviceOf(req.phone.model(), req.UserAgent(), body.SIMCards)
	req.phone.describe(device)
	// What a phone says of itself is for people; without it the phone works.
	_ = d.gateway.Describe(req.Context(), req.caller, device)
	return response{status: http.StatusNoContent}, nil
}

// model is the model that the phone named when it registered.
func (p *phone) model() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.device == nil {
		return ""
	}
	return p.device.Model
}

// deviceOf is what the app says of itself and its phone, cut to what the gateway keeps.
func deviceOf(model, app string, cards []simCard) relayapi.Device {
	device := relayapi.Device{Model: short(model), App: short(app)}
	used := map[int]bool{}
	for _, card := range cards {
		slot := 0
		switch {
		case card.SIMNumber != nil:
			slot = *card.SIMNumber
		case card.SlotIndex != nil:
			slot = *card.SlotIndex + 1
		}
		if slot < 1 || slot > relayapi.MaxSIMs || used[slot] {
			continue
		}
		used[slot] = true
		device.SIMs = append(device.SIMs, relayapi.SIM{Slot: slot, Carrier: short(card.CarrierName)})
	}
	return device
}

// short is a text as the gateway takes it of a device.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return cut(s, relayapi.MaxDeviceText)
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// address handles GET /device, which the app calls with a token or without to show the address
// that it has outside.
func (d *Door) address(req *request) (response, *refusal) {
	return response{status: http.StatusOK, body: map[string]string{
		"externalIp": cmp.Or(d.options.ClientAddress(req.Request), "unknown"),
	}}, nil
}
