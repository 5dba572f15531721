package rongliansim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// beijing is the service's zone: the whole country has one.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// wireTime is how times stand on the wire.
const wireTime = "20060102150405"

// window is how far a request's time may be from the service's.
const window = 24 * time.Hour

// checkAttempt returns the code to refuse a request with before its fields are
// looked at, or "".
func (s *Service) checkAttempt(c *sim.Call, a *attempt, method string) string {
	if code := s.checkAuth(c, a); code != "" {
		return code
	}
	header := c.Request.Header
	switch {
	case c.Request.Method != method:
		c.Explain("method: want %s", method)
		return "112602"
	case header.Get("Accept") == "":
		c.Explain("Accept: empty")
		return "112610"
	case header.Get("Content-Type") == "":
		c.Explain("Content-Type: empty")
		return "112611"
	case method == http.MethodGet:
		return ""
	case len(c.Body) == 0:
		c.Explain("body: empty")
		return "112604"
	case c.Request.ContentLength < 0:
		c.Explain("Content-Length: empty")
		return "112612"
	}
	return a.parse(c)
}

// checkAuth checks the account in the path, the Authorization and the sig.
func (s *Service) checkAuth(c *sim.Call, a *attempt) string {
	if a.version != a.wantVersion() {
		c.Explain("path: the version is %q, want %q", a.version, a.wantVersion())
		return "111110"
	}
	if !isAlphanumeric(a.account) {
		c.Explain("path: the account is not made of letters and digits")
		return "111100"
	}
	account, timestamp, code := readAuthorization(c)
	if code != "" {
		return code
	}
	if account != a.account {
		c.Explain("Authorization: the account is not the one in the path")
		return "111107"
	}
	token, code := s.tokenOf(c, a)
	if code != "" {
		return code
	}
	return s.checkSig(c, account, token, timestamp)
}

// readAuthorization takes the header apart.
func readAuthorization(c *sim.Call) (account, timestamp, code string) {
	header := c.Request.Header.Get("Authorization")
	if header == "" {
		c.Explain("Authorization: empty")
		return "", "", "111101"
	}
	plain, err := base64.StdEncoding.DecodeString(header)
	if err != nil {
		c.Explain("Authorization: not base64")
		return "", "", "111102"
	}
	account, timestamp, found := strings.Cut(string(plain), ":")
	switch {
	case !found:
		c.Explain("Authorization: want account:timestamp")
		return "", "", "111103"
	case account == "":
		c.Explain("Authorization: the account is empty")
		return "", "", "111104"
	case timestamp == "":
		c.Explain("Authorization: the timestamp is empty")
		return "", "", "111105"
	}
	return account, timestamp, checkTimestamp(c, timestamp)
}

func checkTimestamp(c *sim.Call, timestamp string) string {
	at, err := time.ParseInLocation(wireTime, timestamp, beijing)
	if err != nil {
		c.Explain("Authorization: the timestamp %q is not yyyyMMddHHmmss", timestamp)
		return "111113"
	}
	if age := c.Now.Sub(at).Abs(); age > window {
		c.Explain("Authorization: the timestamp is %s away from the service's clock", age)
		return "111106"
	}
	return ""
}

// tokenOf returns the token that belongs to the account in the path.
func (s *Service) tokenOf(c *sim.Call, a *attempt) (token, code string) {
	if a.sub {
		if s.cfg.SubAccountSID == "" || a.account != s.cfg.SubAccountSID {
			c.Explain("path: no such sub-account")
			return "", "111157"
		}
		return s.cfg.SubAuthToken, ""
	}
	if a.account != s.cfg.AccountSID {
		c.Explain("path: no such account")
		return "", "111141"
	}
	return s.cfg.AuthToken, ""
}

// checkSig compares the sig, and when it is wrong tries to find out why.
func (s *Service) checkSig(c *sim.Call, account, token, timestamp string) string {
	got := c.Request.URL.Query().Get("sig")
	if got == "" {
		c.Explain("sig: empty")
		return "111108"
	}
	want := signature(account, token, timestamp)
	if got == want {
		return ""
	}
	if strings.EqualFold(got, want) {
		if !s.cfg.StrictSig {
			return ""
		}
		c.Explain("sig: right but for the case; want upper case")
		return "111109"
	}
	if other := madeAt(got, account, token, timestamp); other != "" {
		c.Explain("sig: made with the timestamp %s, and Authorization has %s", other, timestamp)
		return "111109"
	}
	c.Explain("sig: want the upper-case hexadecimal MD5 of account + token + timestamp, with the timestamp of Authorization, %s; "+
		"account and timestamp are right, so the token or the order is wrong", timestamp)
	return "111109"
}

// madeAt finds the timestamp within some seconds of the other with which a sig
// was made: programs that read the clock twice run into this.
func madeAt(sig, account, token, timestamp string) string {
	const seconds = 5
	at, err := time.ParseInLocation(wireTime, timestamp, beijing)
	if err != nil {
		return ""
	}
	for offset := -seconds; offset <= seconds; offset++ {
		other := at.Add(time.Duration(offset) * time.Second).Format(wireTime)
		if strings.EqualFold(sig, signature(account, token, other)) {
			return other
		}
	}
	return ""
}

func signature(account, token, timestamp string) string {
	sum := md5.Sum([]byte(account + token + timestamp)) //nolint:gosec // As above.
	return strings.ToUpper(fmt.Sprintf("%x", sum))
}

func isAlphanumeric(text string) bool {
	const characters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return text != "" && strings.Trim(text, characters) == ""
}
