package tencentsim

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// clockWindow is how far a request's time may be from the service's clock.
const clockWindow = 300 * time.Second

// authorization is the header of that name in its parts.
type authorization struct {
	secretID, date, service, terminal string
	signedHeaders                     []string
	signature                         string
}

// readAuthorization says what is wrong with a header that has another shape.
func readAuthorization(header string) (a authorization, problem string) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return a, "want it to begin with " + algorithm + " and a space"
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return a, name + " is missing"
		}
	}
	credential := strings.Split(parts["Credential"], "/")
	if len(credential) != 4 {
		return a, "Credential: want SecretId/date/sms/" + terminal
	}
	return authorization{
		secretID: credential[0], date: credential[1], service: credential[2], terminal: credential[3],
		signedHeaders: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"],
	}, ""
}

// checkSignature returns the code to refuse the request with, or "".
func (s *Service) checkSignature(c *sim.Call) string {
	a, problem := readAuthorization(c.Request.Header.Get("Authorization"))
	if problem != "" {
		c.Explain("Authorization: %s", problem)
		return "AuthFailure.InvalidAuthorization"
	}
	if a.secretID != s.cfg.SecretID {
		c.Explain("Authorization: Credential: SecretId: unknown")
		return "AuthFailure.SecretIdNotFound"
	}
	timestamp := c.Request.Header.Get("X-TC-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		c.Explain("X-TC-Timestamp: want Unix seconds")
		return "AuthFailure.SignatureExpire"
	}
	at := time.Unix(seconds, 0).UTC()
	if off := c.Now.Sub(at); off.Abs() > clockWindow {
		c.Explain("X-TC-Timestamp: %s away from the service's clock", off.Abs())
		return "AuthFailure.SignatureExpire"
	}
	t := tc3{
		method: c.Request.Method, query: c.Request.URL.RawQuery, signedHeaders: a.signedHeaders,
		headers: signedValues(c, a.signedHeaders), payload: c.Body,
		timestamp: timestamp, date: at.Format(time.DateOnly), service: "sms",
	}
	if problem := s.checkParts(t, a); problem != "" {
		c.Explain("Authorization: %s", problem)
		return "AuthFailure.SignatureFailure"
	}
	return ""
}

// signedValues are the values of the signed headers as they arrived. The
// service's rules want that of X-TC-Action in lower case.
func signedValues(c *sim.Call, names []string) map[string]string {
	values := map[string]string{}
	for _, name := range names {
		switch name {
		case "host":
			values[name] = c.Request.Host
		case "content-type":
			values[name] = strings.TrimSpace(c.Request.Header.Get(name))
		default:
			values[name] = strings.ToLower(strings.TrimSpace(c.Request.Header.Get(name)))
		}
	}
	return values
}

// checkParts says which part of the signature is wrong, or "".
func (s *Service) checkParts(t tc3, a authorization) string {
	switch {
	case a.date != t.date:
		return "Credential: date: want " + t.date + ", the day of X-TC-Timestamp in UTC"
	case a.service != t.service || a.terminal != terminal:
		return "Credential: want " + t.service + "/" + terminal + " at its end"
	case !slices.Contains(a.signedHeaders, "content-type") || !slices.Contains(a.signedHeaders, "host"):
		return "SignedHeaders: want content-type and host at least"
	case !slices.IsSorted(a.signedHeaders) || slices.ContainsFunc(a.signedHeaders, func(name string) bool { return name != strings.ToLower(name) }):
		return "SignedHeaders: want lower case, in alphabetical order"
	case a.signature != t.signature(s.cfg.SecretKey):
		return "Signature: " + s.guess(t, a.signature)
	}
	return ""
}

// guess finds out with which part the signature was made differently, among the
// mistakes that clients are known to make.
func (s *Service) guess(t tc3, signature string) string {
	if strings.ToLower(signature) == t.signature(s.cfg.SecretKey) {
		return "want lower-case hexadecimal"
	}
	for _, host := range otherHosts(t.headers["host"]) {
		if t.with("host", host).signature(s.cfg.SecretKey) == signature {
			return "made with host " + strconv.Quote(host) + "; the request came with host " + strconv.Quote(t.headers["host"])
		}
	}
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8"} {
		if t.with("content-type", contentType).signature(s.cfg.SecretKey) == signature {
			return "made with content-type " + strconv.Quote(contentType) + "; the request came with " + strconv.Quote(t.headers["content-type"])
		}
	}
	without := t
	without.payload = nil
	if without.signature(s.cfg.SecretKey) == signature {
		return "payload hash: made over an empty body; the hash of the body that came is " + sha256Hex(t.payload)
	}
	return "does not fit. If the SecretKey is right, the canonical request differs from this one, in the payload hash of its last line or above:\n" +
		t.canonicalRequest()
}

func otherHosts(host string) []string {
	hosts := []string{"sms.tencentcloudapi.com"}
	if bare, _, err := net.SplitHostPort(host); err == nil {
		hosts = append(hosts, bare)
	}
	return hosts
}

// with is t with another value of one header.
func (t tc3) with(name, value string) tc3 {
	headers := map[string]string{}
	for n, v := range t.headers {
		headers[n] = v
	}
	headers[name] = value
	t.headers = headers
	return t
}
