package gatewaycmd

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// lookEvery is how often the log of phones that come and go looks.
const lookEvery = time.Second

// watchPhones logs when a phone comes and when it goes, until ctx ends.
func (r *relay) watchPhones(ctx context.Context, every *time.Ticker) {
	defer every.Stop()
	online := comings{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		operator, err := r.operator(ctx)
		if err != nil {
			continue // the queue has failed, which is logged
		}
		phones, err := r.gateway.Phones(ctx, operator)
		if err == nil {
			online.look(r.gateway.Logger(), phones, r.gateway.Now())
		}
	}
}

// comings are the phones that were online at the last look, and when each called last.
type comings map[string]time.Time

// look logs what has changed since the last look.
func (c comings) look(logger *slog.Logger, phones []gateway.PhonePresence, now time.Time) {
	here := map[string]bool{}
	for _, p := range phones {
		if !now.Before(p.OnlineUntil) {
			continue
		}
		here[p.Phone] = true
		if _, ok := c[p.Phone]; !ok {
			logger.Info("relay: phone is online", append([]any{"phone", p.Phone, "lanes", p.Lanes}, condition(p)...)...)
		}
		c[p.Phone] = p.LastSeen
	}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if !here[name] {
			logger.Warn("relay: phone is offline", "phone", name, "silent_for", now.Sub(c[name]).Round(time.Second).String())
			delete(c, name)
		}
	}
}

// condition is what an operator wants to know of a phone beside its name.
func condition(p gateway.PhonePresence) []any {
	if p.Device == nil {
		return nil
	}
	var all []any
	if p.Device.BatteryPercent != nil {
		all = append(all, "battery_percent", *p.Device.BatteryPercent)
	}
	if p.Device.MaySend != nil && !*p.Device.MaySend {
		all = append(all, "may_send", false)
	}
	if p.Device.Unrestricted != nil && !*p.Device.Unrestricted {
		all = append(all, "battery_optimisation", true)
	}
	return all
}
