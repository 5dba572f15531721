package phone

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Describe returns the battery, the SIM and whether Termux may send, as far as the programs
// say.
func (s *Termux) Describe(ctx context.Context) relayapi.Device {
	s.mu.Lock()
	device := relayapi.Device{MaySend: s.maySend}
	s.mu.Unlock()
	var charge battery
	if s.ask(ctx, "termux-battery-status", &charge) == nil && charge.Percentage != nil {
		if percent := *charge.Percentage; percent >= 0 && percent <= 100 {
			charging := charge.Status == "CHARGING" || charge.Status == "FULL"
			device.BatteryPercent, device.Charging = &percent, &charging
		}
	}
	sim := relayapi.SIM{Slot: max(1, s.SIM)}
	if info, err := s.telephony(ctx); err == nil && s.SIM <= 1 { // it tells of the default SIM alone
		ready := info.SIM == "ready" && info.Network != ""
		sim.Carrier, sim.Ready = shortened(info.Carrier), &ready
		device.SIMs = []relayapi.SIM{sim}
	} else if s.SIM > 0 {
		device.SIMs = []relayapi.SIM{sim}
	}
	return device
}

func (s *Termux) telephony(ctx context.Context) (telephony, error) {
	var info telephony
	err := s.ask(ctx, "termux-telephony-deviceinfo", &info)
	return info, err
}

// ask runs a program that writes one JSON object.
func (s *Termux) ask(ctx context.Context, program string, into any) error {
	said, err := s.run(ctx, program, "")
	if err != nil {
		return err
	}
	if json.Unmarshal([]byte(said), into) != nil {
		return errors.New("what " + program + " wrote is not the expected JSON")
	}
	return nil
}

// shortened is a text of a device within the gateway's limit.
func shortened(text string) string {
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)))
	return string(runes[:min(len(runes), relayapi.MaxDeviceText)])
}
