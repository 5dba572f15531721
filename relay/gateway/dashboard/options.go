package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

// Options set up a Dashboard. The zero value works.
type Options struct {
	// PublicURL is where phones reach the gateway, such as https://relay.example.com, without
	// a path. The set-up sheet shows it. Empty means the address that the operator's browser
	// uses.
	PublicURL string
	// AppPrefix is the path of the door for the Android app; the set-up sheet appends it to
	// PublicURL. Empty means that there is no such door.
	AppPrefix string
	// AppCode makes a code with which the Android app signs up once, such as NewCode of that
	// door. nil leaves the app out of the pairing page.
	AppCode func(ctx context.Context, operator gateway.Principal, i gateway.Invitation) (provider.Secret, error)
	// Principals are those of the gateway's Config, so that the page can list tokens to
	// revoke. nil leaves that page out.
	Principals gateway.Principals
	// TextPrice is what a segment of a text costs by the paid service that the phones stand in
	// for, in yuan. 0 means 0.045, what Alibaba Cloud's page says for up to 100,000 texts a
	// month (November 2026); a negative price leaves the saving out.
	TextPrice float64
	// Location is where the day of "today" begins. nil means China Standard Time.
	Location *time.Location
	// TrustedProxies are the addresses of reverse proxies whose X-Forwarded-Proto and
	// X-Forwarded-For are believed. None are by default.
	TrustedProxies []netip.Prefix
	// IdleEnd is how long a session lives without a request. 0 means 12 hours.
	IdleEnd time.Duration
	// Every is the shortest time between two looks at the queue. 0 means a second.
	Every time.Duration
	// Rand makes session ids. nil means crypto/rand.
	Rand io.Reader
}

const (
	defaultPrice   = 0.045
	defaultIdleEnd = 12 * time.Hour
	defaultEvery   = time.Second
)

// Validate reports every problem of the options, by field.
func (o Options) Validate() error {
	var problems []error
	add := func(field, problem string) {
		problems = append(problems, fmt.Errorf("dashboard: %s: %s", field, problem))
	}
	if u, err := url.Parse(o.PublicURL); o.PublicURL != "" &&
		(err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil) {
		add("PublicURL", "want https://host or http://host, without a path")
	}
	if o.AppPrefix != "" && (!strings.HasPrefix(o.AppPrefix, "/") || strings.HasSuffix(o.AppPrefix, "/")) {
		add("AppPrefix", "want a path that begins and does not end with a slash, such as /mobile/v1")
	}
	if o.IdleEnd < 0 {
		add("IdleEnd", "must not be negative")
	}
	if o.Every < 0 {
		add("Every", "must not be negative")
	}
	return errors.Join(problems...)
}

func (o Options) withDefaults() Options {
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	o.TextPrice = cmp.Or(o.TextPrice, defaultPrice)
	o.IdleEnd, o.Every = cmp.Or(o.IdleEnd, defaultIdleEnd), cmp.Or(o.Every, defaultEvery)
	if o.Location == nil {
		o.Location = time.FixedZone("CST", 8*60*60)
	}
	return o
}
