package gateway_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestWhatAPhoneSaysOfItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		phones := func() []gateway.PhonePresence {
			all, err := w.Phones(t.Context(), operator)
			require.NoError(t, err)
			return all
		}
		battery := 80
		pulled := relayapi.Device{Model: "Mi 4", BatteryPercent: &battery}
		_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{Device: &pulled})
		require.NoError(t, err)
		require.Equal(t, &pulled, phones()[0].Device)
		require.Equal(t, w.Now(), phones()[0].DeviceAt)

		described := relayapi.Device{Model: "Mi 5"}
		require.NoError(t, w.Describe(t.Context(), oldPhone, described))
		w.pulled(oldPhone)
		require.Equal(t, &described, phones()[0].Device, "a pull without it changes nothing")
		require.ErrorAs(t, w.Describe(t.Context(), operator, described), new(*gateway.ForbiddenError))
	})
}

func TestADeviceIsCheckedByName(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	negative, full := -1, 101
	for field, device := range map[string]relayapi.Device{
		"device.model":            {Model: "a\nb"},
		"device.app":              {App: string(make([]byte, 65))},
		"device.battery_percent":  {BatteryPercent: &full},
		"device.failed_last_hour": {FailedLastHour: &negative},
		"device.sims":             {SIMs: make([]relayapi.SIM, 9)},
		"device.sims[0].slot":     {SIMs: []relayapi.SIM{{}}},
		"device.sims[1].slot":     {SIMs: []relayapi.SIM{{Slot: 1}, {Slot: 1}}},
		"device.sims[0].carrier":  {SIMs: []relayapi.SIM{{Slot: 1, Carrier: "\x00"}}},
	} {
		var wrong *gateway.FieldError
		require.ErrorAs(t, w.Describe(t.Context(), oldPhone, device), &wrong)
		require.Equal(t, field, wrong.Field)
		_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{Device: &device})
		require.ErrorAs(t, err, &wrong)
	}
}
