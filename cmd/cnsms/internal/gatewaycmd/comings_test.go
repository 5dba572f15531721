package gatewaycmd

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/acme"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestComings(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	said := func() string { defer out.Reset(); return out.String() }
	now := time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC)
	battery, no := 15, false
	phone := gateway.PhonePresence{
		Phone: "old-phone", Lanes: []string{"text"}, LastSeen: now, OnlineUntil: now.Add(time.Minute),
		Device: &relayapi.Device{BatteryPercent: &battery, MaySend: &no, Unrestricted: &no},
	}
	c := comings{}
	c.look(logger, []gateway.PhonePresence{phone}, now)
	line := said()
	for _, want := range []string{"phone is online", "phone=old-phone", "battery_percent=15", "may_send=false", "battery_optimisation=true"} {
		require.Contains(t, line, want)
	}
	c.look(logger, []gateway.PhonePresence{phone}, now.Add(59*time.Second))
	require.Empty(t, said())
	c.look(logger, []gateway.PhonePresence{phone}, now.Add(time.Minute))
	line = said()
	require.Contains(t, line, "phone is offline")
	require.Contains(t, line, "silent_for=1m0s")
	c.look(logger, nil, now.Add(2*time.Minute))
	require.Empty(t, said())
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ from, forwarded, want string }{
		{"192.0.2.1:1", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "junk", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"no-port", "198.51.100.1", "no-port"},
	} {
		r := &http.Request{RemoteAddr: c.from, Header: http.Header{"X-Forwarded-For": {c.forwarded}}}
		require.Equal(t, c.want, clientAddress(r, proxies), c)
	}
}

func TestACMEIsWired(t *testing.T) {
	t.Parallel()
	s := defaults()
	s.ACME = ACME{Hosts: []string{"relay.example.com"}, Cache: t.TempDir(), Directory: "https://127.0.0.1:1/directory", AcceptTerms: true}
	require.NoError(t, s.validate())
	config, err := s.tlsConfig(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Contains(t, config.NextProtos, acme.ALPNProto)
	require.NotNil(t, config.GetCertificate)
}

func TestBudgetsOfAFile(t *testing.T) {
	t.Parallel()
	require.Nil(t, (*Budgets)(nil).of())
	var quiet Quiet
	require.NoError(t, quiet.UnmarshalText([]byte("22:00-07:30")))
	b := &Budgets{SIM: Budget{TextsPerDay: 3, Quiet: quiet}, Phones: map[string]Budget{"a": {TextsPerHour: 1}}, Lanes: map[string]Budget{"text": {TextsPerDay: 2}}}
	all := b.of()
	require.Equal(t, gateway.Budget{TextsPerDay: 3, Quiet: gateway.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}}, all.SIM)
	require.Equal(t, 1, all.OfPhone("a").TextsPerHour)
	require.Equal(t, 2, all.OfLane("text").TextsPerDay)
	require.Equal(t, 3, all.DrainAfter, "as without budgets")
	never := 0
	require.Zero(t, (&Budgets{DrainAfter: &never}).of().DrainAfter)
}

// TestDefaultsStay has what a part of the file leaves out stay as it is by default.
func TestDefaultsStay(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte("log: {format: json}\napp: {lanes: [otp]}\nlease: 7s\nquotas: []\n"), 0o600))
	got, err := read(file)
	require.NoError(t, err)
	want := defaults()
	want.Log.Format, want.App.Lanes, want.Lease, want.Quotas = "json", []string{"otp"}, 7*time.Second, []Quota{}
	require.Equal(t, want, got)
	require.Empty(t, got.quotas())
	require.NotNil(t, got.quotas(), "an empty list is no limit, not the default")
}
