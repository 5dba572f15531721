package bmobsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// parts are what a request is signed with, in this order.
type parts struct{ path, timestamp, safeCode, nonce, body, version string }

// signedParts takes the parts as they arrived.
func (s *Service) signedParts(c *sim.Call) parts {
	h := c.Request.Header
	return parts{
		path:      c.Request.URL.Path[strings.Index(c.Request.URL.Path, "/1/"):],
		timestamp: h.Get("X-Bmob-Safe-Timestamp"), safeCode: s.cfg.SafeCode, nonce: h.Get("X-Bmob-Noncestr-Key"),
		body: string(c.Body), version: h.Get("X-Bmob-SDK-Version"),
	}
}

func (p parts) sign() string {
	return md5Hex(p.path + p.timestamp + p.safeCode + p.nonce + p.body + p.version)
}

// mistake is one that programs make with a signature.
type mistake struct {
	name  string
	apply func(p parts) parts
}

var mistakes = []mistake{
	{"the form of an older version, without body or X-Bmob-SDK-Version", func(p parts) parts { p.version = ""; return p }},
	{"the form of an older version, without body and X-Bmob-SDK-Version", func(p parts) parts { p.body, p.version = "", ""; return p }},
	{"made without the body", func(p parts) parts { p.body = ""; return p }},
	{"made of the body without spaces, and the body that came has some", func(p parts) parts { p.body = compact(p.body); return p }},
	{"made of the path without its /1", func(p parts) parts { p.path = strings.TrimPrefix(p.path, "/1"); return p }},
	{"made of the path without its first /", func(p parts) parts { p.path = strings.TrimPrefix(p.path, "/"); return p }},
	{"made without the safety code", func(p parts) parts { p.safeCode = ""; return p }},
	{"made without X-Bmob-Noncestr-Key", func(p parts) parts { p.nonce = ""; return p }},
	{"made without X-Bmob-Safe-Timestamp", func(p parts) parts { p.timestamp = ""; return p }},
	{"made with a time in milliseconds, and X-Bmob-Safe-Timestamp has seconds", func(p parts) parts { p.timestamp += "000"; return p }},
	{"made with a time in seconds, and X-Bmob-Safe-Timestamp has milliseconds", func(p parts) parts {
		const inSeconds = len("1700000000")
		p.timestamp = p.timestamp[:min(inSeconds, len(p.timestamp))]
		return p
	}},
}

// compact is JSON without spaces between its parts.
func compact(body string) string {
	var short bytes.Buffer
	if json.Compact(&short, []byte(body)) != nil {
		return body
	}
	return short.String()
}

// whyWrong tries the mistakes that programs make with a signature. Where none fits, it
// says what was tried and rules nothing else out.
func (p parts) whyWrong(got string) string {
	if strings.EqualFold(got, p.sign()) {
		return "want the lower-case hexadecimal MD5, and this one is right but for the case"
	}
	var tested []string
	for _, m := range mistakes {
		if strings.EqualFold(got, m.apply(p).sign()) {
			return m.name
		}
		tested = append(tested, m.name)
	}
	return fmt.Sprintf("want the lower-case hexadecimal MD5 of path %q + X-Bmob-Safe-Timestamp %q + safety code + X-Bmob-Noncestr-Key %q + "+
		"body %q + X-Bmob-SDK-Version %q; tested: %s", p.path, p.timestamp, p.nonce, p.body, p.version, strings.Join(tested, ", "))
}
