package gatewaycmd

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway/alarm"
)

// Alarm tells a webhook that a phone is silent, or that texts fail.
type Alarm struct {
	// Webhook is where to post; empty switches the alarm off. It may hold a key.
	Webhook string `yaml:"webhook"`
	// SecretFile has the secret that signs the requests; empty means that nothing does.
	SecretFile string `yaml:"secret_file"`
	// Silence is how long a phone may say nothing. Absent means five minutes.
	Silence time.Duration `yaml:"silence"`
	// Errors is how many texts may fail within an hour; absent means that errors raise no alarm.
	Errors int `yaml:"errors"`
	// Every is how often the alarm looks. Absent means 15 seconds.
	Every time.Duration `yaml:"every"`
}

func (a Alarm) validate() error {
	if a.Webhook == "" && a != (Alarm{}) {
		return errors.New("alarm.webhook: want the URL to post to")
	}
	return nil
}

// newAlarm returns nil when there is to be none.
func (r *relay) newAlarm(a Alarm) (*alarm.Watch, error) {
	if a.Webhook == "" {
		return nil, nil
	}
	hook := &alarm.Webhook{URL: a.Webhook}
	if a.SecretFile != "" {
		text, err := os.ReadFile(a.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("alarm.secret_file: %w", err)
		}
		secret := strings.TrimSpace(string(text))
		if secret == "" {
			return nil, errors.New("alarm.secret_file: is empty")
		}
		hook.Secret = provider.Secret(secret)
	}
	watch, err := alarm.New(r.gateway, alarm.Config{Silence: a.Silence, Errors: a.Errors, Every: a.Every, Notifiers: []alarm.Notifier{hook}})
	if err != nil {
		return nil, fmt.Errorf("alarm: %w", err)
	}
	return watch, nil
}
