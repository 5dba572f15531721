package phone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// root is how the gateway's paths begin.
const root = "/v1"

// Config sets up an [Agent].
type Config struct {
	// BaseURL is the gateway's URL, without /v1. Required.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Token is the phone's token. Required.
	Token provider.Secret
	// Sender sends the texts. Required.
	Sender Sender
	// Lanes are the lanes that the phone serves. Empty means relayapi.DefaultLane.
	Lanes []string
	// Pace is the least time between two texts; a SIM card wants some seconds. 0 means
	// none.
	Pace time.Duration
	// Wait is how long the gateway may wait for a job before it responds to a pull, at
	// most relayapi.MaxWait. 0 means 25 seconds.
	Wait time.Duration
	// Interval is the longest time between two requests that the phone promises; after
	// twice that without a request the phone is offline for the gateway. 0 means
	// relayapi.DefaultInterval.
	Interval time.Duration
	// SendTimeout bounds one send. 0 means 30 seconds.
	SendTimeout time.Duration
	// Finish is how long a send that is running may go on when Run's context ends. 0 means
	// that it ends at once.
	Finish time.Duration
	// App names the program and its version for the gateway's operators. Empty means that
	// the phone does not say.
	App string
	// Outbox is the path of a file in which the agent keeps outcomes until the gateway has
	// answered, so that they are reported after a restart too; see the package. One agent
	// at a time may use it. Empty means none.
	Outbox string

	// Timeout bounds one request to the gateway; a pull may last longer by Wait. 0 means
	// 10 seconds.
	Timeout time.Duration
	// Dial connects the agent's own transport to the gateway. nil means a net.Dialer with a
	// limit of five seconds.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// HTTPClient gives the transport to use, and a Timeout if that is shorter. nil means
	// a transport of the agent's own.
	HTTPClient *http.Client
	// Now is the clock. nil means time.Now.
	Now func() time.Time
	// Rand returns numbers from 0 up to 1 that spread out repeated requests. nil means
	// math/rand/v2.
	Rand func() float64
	// Logger gets jobs and failures, with masked numbers and without texts. nil means no
	// log.
	Logger *slog.Logger
}

const (
	defaultWait        = 25 * time.Second
	defaultSendTimeout = 30 * time.Second
	defaultTimeout     = 10 * time.Second
)

func (c Config) withDefaults() Config {
	if len(c.Lanes) == 0 {
		c.Lanes = []string{relayapi.DefaultLane}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	c.Wait = cmp.Or(c.Wait, defaultWait)
	c.Interval = cmp.Or(c.Interval, relayapi.DefaultInterval)
	c.SendTimeout = cmp.Or(c.SendTimeout, defaultSendTimeout)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

// Validate reports every problem of the configuration, by field.
func (c Config) Validate() error {
	c = c.withDefaults()
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if c.Token == "" {
		add("Token: must not be empty")
	}
	if !credential.IsClean(string(c.Token)) {
		add("Token: %s", credential.Problem)
	}
	if c.Sender == nil {
		add("Sender: must not be nil")
	}
	if sender, ok := c.Sender.(interface{ Validate() error }); ok {
		if err := sender.Validate(); err != nil {
			add("Sender: %w", err)
		}
	}
	if len(c.Lanes) > relayapi.MaxLanes {
		add("Lanes: at most %d", relayapi.MaxLanes)
	}
	for i, lane := range c.Lanes {
		if !relayapi.ValidLane(lane) {
			add("Lanes[%d]: %s", i, relayapi.LaneForm)
		} else if slices.Contains(c.Lanes[:i], lane) {
			add("Lanes[%d]: the list has this lane twice", i)
		}
	}
	if c.Wait < 0 || c.Wait > relayapi.MaxWait {
		add("Wait: must be between 0 and %v", relayapi.MaxWait)
	}
	if c.Interval < relayapi.MinInterval || c.Interval > relayapi.MaxInterval {
		add("Interval: must be between %v and %v", relayapi.MinInterval, relayapi.MaxInterval)
	}
	if c.Pace < 0 {
		add("Pace: must not be negative")
	}
	if c.Finish < 0 {
		add("Finish: must not be negative")
	}
	if c.SendTimeout < 0 {
		add("SendTimeout: must not be negative")
	}
	if c.Timeout < 0 {
		add("Timeout: must not be negative")
	}
	_, err := baseurl.ParseWithout(root, c.BaseURL, c.PlainHTTP)
	if err := errors.Join(append(problems, err)...); err != nil {
		return fmt.Errorf("phone: config: %w", err)
	}
	return nil
}
