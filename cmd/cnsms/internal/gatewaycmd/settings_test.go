package gatewaycmd_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsAreRefusedByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown setting":       {"listen: 127.0.0.1:0\nlisen: x\n", "[2:1] unknown field"},
		"unknown budget":        {"budgets:\n  sim: {texts: 1}\n", "[2:9] unknown field"},
		"wrong type":            {"quotas: 3\n", "[1:9]"},
		"quiet hours":           {"budgets:\n  sim: {quiet: night}\n", "quiet: want two times of the day"},
		"half of quiet hours":   {"budgets:\n  sim: {quiet: \"22:00-25:00\"}\n", "quiet: want two times of the day"},
		"no value":              {"app:\n  #enabled: true\n", "app: has no value"},
		"no settings":           {"- listen\n", "[1:1]"},
		"no address":            {"listen: \"\"\n", "listen: required"},
		"level":                 {"log: {level: loud}\n", "log.level: want debug, info, warn, error"},
		"format":                {"log: {format: xml}\n", "log.format: want text, json"},
		"certificate alone":     {"tls: {cert: a.pem}\n", "tls: cert and key go together"},
		"two sorts of TLS":      {"tls: {cert: a, key: b}\nacme: {hosts: [a.example.com], cache: c, accept_terms: true}\n", "acme.hosts: tls.cert is set too"},
		"ACME without hosts":    {"acme: {email: eva@example.com}\n", "acme.hosts: want the names"},
		"ACME without a cache":  {"acme: {hosts: [a.example.com], accept_terms: true}\n", "acme.cache: want a folder"},
		"ACME without terms":    {"acme: {hosts: [a.example.com], cache: c}\n", "acme.accept_terms: say true"},
		"proxies":               {"trusted_proxies: [here]\n", "trusted_proxies[0]: want an address"},
		"token of a closed app": {"app: {enabled: false, private_token_file: a}\n", "app.private_token_file: app.enabled is false"},
		"no time to drain":      {"drain_for: 0s\n", "drain_for: want a positive time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, check(t, "--config", written(t, c.yaml)), c.want)
		})
	}
}

func TestFlagsGoBeforeTheFile(t *testing.T) {
	t.Parallel()
	file := written(t, "log: {level: loud, format: json}\ndrain_for: 0s\n")
	require.NoError(t, check(t, "--config", file, "--log-level", "info", "--drain-for", "1s"))
	require.ErrorContains(t, check(t, "--config", file, "--drain-for", "1s"), "log.level")
	require.ErrorContains(t, check(t, "--config", written(t, "log: {format: json}\n"), "--log-format", "xml"), "log.format")
}

// FuzzRead has any file read: it is refused, or its settings can be checked.
func FuzzRead(f *testing.F) {
	f.Add("listen: 127.0.0.1:0\nbudgets: {sim: {quiet: \"22:00-07:00\"}}\n")
	f.Add("app:\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) { _ = check(t, "--config", written(t, text)) })
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, check(t, "--config", "nowhere.yaml"), "nowhere.yaml")
}
