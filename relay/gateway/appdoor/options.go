package appdoor

import (
	"cmp"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Options set up a [Door]. The zero value lets phones register by codes alone.
type Options struct {
	// PrivateToken is the hash, by gateway.HashToken, of the token that the user types into the
	// app's settings: whoever has it registers phones, again and again. Make it long and
	// random. Empty means that there is none.
	PrivateToken string
	// Lanes are the lanes of phones that register by the private token, and those that a phone
	// with every lane serves. None means relayapi.DefaultLane alone.
	Lanes []string
	// PingInterval is how often the app calls when there is nothing to do, in whole seconds
	// between 10 seconds and relayapi.MaxInterval. A phone is offline two intervals after its
	// last call. 0 means 30 seconds.
	PingInterval time.Duration
	// TextsPerMinute is how many texts a minute the app sends by its own count, whatever the
	// gateway hands to it. 0 means 24; a negative number means no limit.
	TextsPerMinute int
	// ClientAddress returns the address that a request has come from, by which failed
	// registrations are counted. nil means that of the connection; behind a proxy, which
	// everybody comes through, read the header that the proxy sets.
	ClientAddress func(r *http.Request) string
}

const (
	defaultPing  = 30 * time.Second
	shortestPing = 10 * time.Second
	defaultTexts = 24
	keepAlive    = 15 * time.Second
	hashForm     = "want the hash that gateway.HashToken returns for a token that is not empty"
)

// Validate reports every problem of the options, by field.
func (o Options) Validate() error {
	var problems []error
	add := func(field, problem string) {
		problems = append(problems, fmt.Errorf("appdoor: %s: %s", field, problem))
	}
	if !isHash(o.PrivateToken) {
		add("PrivateToken", hashForm)
	}
	for i, lane := range o.Lanes {
		if !relayapi.ValidLane(lane) {
			add(fmt.Sprintf("Lanes[%d]", i), relayapi.LaneForm)
		}
	}
	if len(o.Lanes) > relayapi.MaxLanes {
		add("Lanes", fmt.Sprintf("want at most %d", relayapi.MaxLanes))
	}
	ping := cmp.Or(o.PingInterval, defaultPing)
	if ping < shortestPing || ping > relayapi.MaxInterval || ping%time.Second != 0 {
		add("PingInterval", fmt.Sprintf("want whole seconds, %v to %v", shortestPing, relayapi.MaxInterval))
	}
	return errors.Join(problems...)
}

// isHash reports whether a configured hash is absent or can be that of a token.
func isHash(hash string) bool {
	if hash == "" {
		return true
	}
	decoded, err := hex.DecodeString(hash)
	return err == nil && len(decoded) == 32 && hash == hex.EncodeToString(decoded) && hash != gateway.HashToken("")
}

func (o Options) withDefaults() Options {
	o.PingInterval, o.TextsPerMinute = cmp.Or(o.PingInterval, defaultPing), cmp.Or(o.TextsPerMinute, defaultTexts)
	if len(o.Lanes) == 0 {
		o.Lanes = []string{relayapi.DefaultLane}
	}
	if o.ClientAddress == nil {
		o.ClientAddress = remoteAddress
	}
	return o
}

// isPrivateToken reports whether a token is the private one.
func (o Options) isPrivateToken(token string) bool {
	return o.PrivateToken != "" && token != "" &&
		subtle.ConstantTimeCompare([]byte(gateway.HashToken(token)), []byte(o.PrivateToken)) == 1
}

// tick is how often a stream of events shows that it is there.
func (o Options) tick() time.Duration { return min(keepAlive, o.PingInterval/2) }

func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
