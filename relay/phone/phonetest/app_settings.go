package phonetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// AppSettings are the phone's settings that this fake acts on. The zero value has no limits, no
// ping, the system's own SIM and the newest message first.
type AppSettings struct {
	// SendIntervalMin and SendIntervalMax bound a random pause between two texts, in seconds.
	SendIntervalMin, SendIntervalMax int
	// LimitPeriod is Disabled, PerMinute, Per30Minutes, PerHour or PerDay.
	LimitPeriod string
	// LimitValue is how many messages may go in it.
	LimitValue int
	// SIMSelection is OSDefault, RoundRobin or Random.
	SIMSelection string
	// Order is LIFO or FIFO.
	Order string
	// PingSeconds is how often the app pings, and with that pulls; 0 means never. A change counts
	// from the next start on.
	PingSeconds int
}

// Settings are the settings of now. Of the ping they have what the app read at its start.
func (a *App) Settings() AppSettings {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.settings
	if a.running != nil {
		s.PingSeconds = a.atStart.PingSeconds
	}
	return s
}

// fetchSettings runs at the start, every day and with the event SettingsUpdated, and is retried for ever.
// One word that the app does not know makes it refuse the rest of the update, which is no failure.
// Facts: app v1.68.0, read in November 2026.
func (a *App) fetchSettings(ctx context.Context) error {
	id, token := a.Registered()
	if id == "" {
		return nil
	}
	var data json.RawMessage
	if err := a.call(ctx, http.MethodGet, "/settings", "Bearer "+token, nil, &data); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = walkSettings(data, "", a.set)
	nudge(a.running.sending)
	return nil
}

// walkSettings goes through nested settings in the order in which they stand.
func walkSettings(data []byte, prefix string, set func(path string, value json.RawMessage) error) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("phonetest: settings %q: want an object", prefix)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		path := fmt.Sprint(prefix, name)
		if prefix == "" {
			err = walkSettings(value, path+".", set)
		} else {
			err = set(path, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errWord = fmt.Errorf("phonetest: a word that the app does not know")

// words are the values of settings that are words.
var words = map[string][]string{
	"messages.limit_period":        {"Disabled", "PerMinute", "Per30Minutes", "PerHour", "PerDay"},
	"messages.sim_selection_mode":  {"OSDefault", "RoundRobin", "Random"},
	"messages.processing_order":    {"LIFO", "FIFO"},
	"gateway.notification_channel": {"AUTO", "SSE_ONLY"},
}

// ignored are settings that the app knows and this fake does not act on.
var ignored = []string{
	"messages.log_lifetime_days", "logs.lifetime_days", "webhooks.internet_required", "webhooks.retry_count",
	"webhooks.signing_key", "encryption.passphrase", "gateway.notification_channel",
}

// set takes one setting over. It needs a.mu.
func (a *App) set(path string, value json.RawMessage) error {
	text := map[string]*string{
		"messages.limit_period": &a.settings.LimitPeriod, "messages.sim_selection_mode": &a.settings.SIMSelection,
		"messages.processing_order": &a.settings.Order, "gateway.private_token": &a.token, "gateway.cloud_url": &a.base,
	}
	number := map[string]*int{
		"messages.send_interval_min": &a.settings.SendIntervalMin, "messages.send_interval_max": &a.settings.SendIntervalMax,
		"messages.limit_value": &a.settings.LimitValue, "ping.interval_seconds": &a.settings.PingSeconds,
	}
	if target := number[path]; target != nil {
		var n int
		if json.Unmarshal(value, &n) != nil || path == "messages.limit_value" && n < 1 {
			return errWord
		}
		*target = n
		return nil
	}
	var word string
	_ = json.Unmarshal(value, &word)
	if known := words[path]; known != nil && !slices.Contains(known, word) {
		return errWord
	}
	switch target := text[path]; {
	case path == "gateway.cloud_url" && !strings.HasPrefix(word, "https://"):
		return errWord
	case target != nil:
		*target = word
	case !slices.Contains(ignored, path):
		return errWord
	}
	return nil
}

// AppWebhook is a webhook that the server wants. This fake does not call it.
type AppWebhook struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Event string `json:"event"`
}

// fetchWebhooks runs at the start and with the event WebhooksUpdated, and is retried for ever.
func (a *App) fetchWebhooks(ctx context.Context) error {
	id, token := a.Registered()
	if id == "" {
		return nil
	}
	var list []AppWebhook
	if err := a.call(ctx, http.MethodGet, "/webhooks", "Bearer "+token, nil, &list); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.webhooks = list
	return nil
}

// Webhooks are those of the server's last answer.
func (a *App) Webhooks() []AppWebhook {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]AppWebhook(nil), a.webhooks...)
}
