package gateway

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Describe stores what a phone says of itself, in memory. A pull with a Device does the same.
// The gateway knows the phone from its first pull on; before that it keeps nothing.
func (g *Gateway) Describe(ctx context.Context, phone Principal, device relayapi.Device) (err error) {
	defer func() { g.noteRefused(ctx, phone, err) }()
	if phone, err = g.allow(ctx, phone, RolePhone); err != nil {
		return err
	}
	if err := checkDevice(&device); err != nil {
		return err
	}
	end, err := g.Begin()
	if err != nil {
		return err
	}
	defer end()
	return g.failed(ctx, "describe", g.queue.Seen(ctx, Presence{Phone: phone.Name, Device: &device, At: g.Now()}))
}

func checkDevice(d *relayapi.Device) error {
	if d == nil {
		return nil
	}
	if d.BatteryPercent != nil && (*d.BatteryPercent < 0 || *d.BatteryPercent > 100) {
		return invalid("device.battery_percent", "want 0 to 100")
	}
	if d.FailedLastHour != nil && *d.FailedLastHour < 0 {
		return invalid("device.failed_last_hour", "must not be negative")
	}
	return firstError(
		checkPrintable("device.model", d.Model, relayapi.MaxDeviceText),
		checkPrintable("device.app", d.App, relayapi.MaxDeviceText),
		checkSIMs(d.SIMs),
	)
}

func checkSIMs(sims []relayapi.SIM) error {
	if len(sims) > relayapi.MaxSIMs {
		return invalid("device.sims", fmt.Sprintf("more than %d", relayapi.MaxSIMs))
	}
	slots := map[int]bool{}
	for i, sim := range sims {
		field := fmt.Sprintf("device.sims[%d]", i)
		if slots[sim.Slot] {
			return invalid(field+".slot", "another SIM has this slot")
		}
		slots[sim.Slot] = true
		err := firstError(
			checkRange(field+".slot", sim.Slot, 1, relayapi.MaxSIMs),
			checkPrintable(field+".carrier", sim.Carrier, relayapi.MaxDeviceText),
		)
		if err != nil {
			return err
		}
	}
	return nil
}
