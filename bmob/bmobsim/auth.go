package bmobsim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// clockWindow is how far a signed request may be away from the service's clock.
const clockWindow = 10 * time.Second

// nonceLength is in characters.
const nonceLength = 16

// authorized reports whether the credentials are right, and explains what is
// wrong with them.
func (s *Service) authorized(c *sim.Call) bool {
	if wantsSigned(c.Request.Header) {
		return s.signed(c)
	}
	for _, want := range [...]struct{ header, value string }{
		{"X-Bmob-Application-Id", s.cfg.AppID},
		{"X-Bmob-REST-API-Key", s.cfg.RESTKey},
	} {
		switch got := c.Request.Header.Get(want.header); {
		case got == "":
			c.Explain("%s: missing", want.header)
			return false
		case got != want.value || want.value == "":
			c.Explain("%s: unknown", want.header)
			return false
		}
	}
	return true
}

// ownHeaders are those that only signed requests have; the SDK's type and version
// come with others too.
var ownHeaders = []string{"X-Bmob-Secret-Key", "X-Bmob-Safe-Timestamp", "X-Bmob-Noncestr-Key", "X-Bmob-Safe-Sign"}

// wantsSigned tells the two ways of authentication apart, also where a header of
// a signed request is missing.
func wantsSigned(h http.Header) bool {
	return h.Get("X-Bmob-Application-Id") == "" &&
		slices.ContainsFunc(ownHeaders, func(name string) bool { return h.Get(name) != "" })
}

// signed checks a signed request.
func (s *Service) signed(c *sim.Call) bool {
	h := c.Request.Header
	for _, name := range append([]string{"X-Bmob-SDK-Type", "X-Bmob-SDK-Version"}, ownHeaders...) {
		if h.Get(name) == "" {
			c.Explain("%s: missing", name)
			return false
		}
	}
	if h.Get("X-Bmob-Secret-Key") != s.cfg.SecretKey || s.cfg.SecretKey == "" {
		c.Explain("X-Bmob-Secret-Key: unknown")
		return false
	}
	if len(h.Get("X-Bmob-Noncestr-Key")) != nonceLength {
		c.Explain("X-Bmob-Noncestr-Key: want %d characters", nonceLength)
		return false
	}
	return s.signatureMatches(c) && inTime(c)
}

// signatureMatches compares the signature, and when it is wrong says what it is
// made of.
func (s *Service) signatureMatches(c *sim.Call) bool {
	h := c.Request.Header
	var (
		path      = c.Request.URL.Path[strings.Index(c.Request.URL.Path, "/1/"):]
		timestamp = h.Get("X-Bmob-Safe-Timestamp")
		nonce     = h.Get("X-Bmob-Noncestr-Key")
		version   = h.Get("X-Bmob-SDK-Version")
		got       = h.Get("X-Bmob-Safe-Sign")
	)
	start := path + timestamp + s.cfg.SafeCode + nonce
	switch got {
	case md5Hex(start + string(c.Body) + version):
		return true
	case md5Hex(start), md5Hex(start + string(c.Body)):
		c.Explain("X-Bmob-Safe-Sign: the form of an older version, without body or X-Bmob-SDK-Version")
	default:
		c.Explain("X-Bmob-Safe-Sign: want the lower-case hexadecimal MD5 of path %q + X-Bmob-Safe-Timestamp %q + safety code + "+
			"X-Bmob-Noncestr-Key %q + body %q + X-Bmob-SDK-Version %q", path, timestamp, nonce, c.Body, version)
	}
	return false
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

// inTime takes seconds and milliseconds.
func inTime(c *sim.Call) bool {
	value := c.Request.Header.Get("X-Bmob-Safe-Timestamp")
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		c.Explain("X-Bmob-Safe-Timestamp: want Unix time")
		return false
	}
	at := time.Unix(number, 0)
	if len(value) > len("1700000000") {
		at = time.UnixMilli(number)
	}
	if age := c.Now.Sub(at).Abs(); age > clockWindow {
		c.Explain("X-Bmob-Safe-Timestamp: %s away from the service's clock", age)
		return false
	}
	return true
}
