package tencentsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	algorithm = "TC3-HMAC-SHA256"
	terminal  = "tc3_request"
	product   = "sms"

	// clockWindow is how far a request's time may be from the service's clock.
	clockWindow = 300 * time.Second
)

// authorization is the header of that name in its parts.
type authorization struct {
	problem                           string // what is wrong with a header of another shape
	secretID, date, service, terminal string
	signedHeaders                     []string
	signature                         string
}

func readAuthorization(c *sim.Call) authorization {
	rest, ok := strings.CutPrefix(c.Request.Header.Get("Authorization"), algorithm+" ")
	if !ok {
		return authorization{problem: "want it to begin with " + algorithm + " and a space"}
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return authorization{problem: name + " is missing"}
		}
	}
	credential := strings.Split(parts["Credential"], "/")
	if len(credential) != 4 {
		return authorization{problem: "Credential: want SecretId/date/sms/" + terminal}
	}
	return authorization{
		secretID: credential[0], date: credential[1], service: credential[2], terminal: credential[3],
		signedHeaders: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"],
	}
}

func (s *Service) checkKey(_ *sim.Call, a authorization) sim.Outcome {
	switch {
	case a.problem != "":
		return sim.Refuse("AuthFailure.InvalidAuthorization", "Authorization: %s", a.problem)
	case a.secretID != s.cfg.SecretID:
		return sim.Refuse("AuthFailure.SecretIdNotFound", "Authorization: Credential: SecretId: unknown")
	}
	return sim.Outcome{}
}

func checkTimestamp(c *sim.Call, _ authorization) sim.Outcome {
	at, err := readTimestamp(c)
	if err != nil {
		return sim.Refuse("AuthFailure.SignatureExpire", "X-TC-Timestamp: want Unix seconds")
	}
	if off := c.Now.Sub(at).Abs(); off > clockWindow {
		return sim.Refuse("AuthFailure.SignatureExpire", "X-TC-Timestamp: %s away from the service's clock", off)
	}
	return sim.Outcome{}
}

func readTimestamp(c *sim.Call) (time.Time, error) {
	seconds, err := strconv.ParseInt(c.Request.Header.Get("X-TC-Timestamp"), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// checkSignature makes the signature of what arrived, and compares it part by part.
func (s *Service) checkSignature(c *sim.Call, a authorization) sim.Outcome {
	t := newTC3(c, a)
	problem := ""
	switch {
	case a.date != t.date:
		problem = "Credential: date: want " + t.date + ", the day of X-TC-Timestamp in UTC"
	case a.service != product || a.terminal != terminal:
		problem = "Credential: want " + product + "/" + terminal + " at its end"
	case !slices.Contains(a.signedHeaders, "content-type") || !slices.Contains(a.signedHeaders, "host"):
		problem = "SignedHeaders: want content-type and host at least"
	case !slices.IsSorted(a.signedHeaders) || strings.ToLower(strings.Join(a.signedHeaders, "")) != strings.Join(a.signedHeaders, ""):
		problem = "SignedHeaders: want lower case, in alphabetical order"
	case a.signature != t.signature(s.cfg.SecretKey):
		problem = "Signature: " + s.whyWrong(t, a.signature)
	default:
		return sim.Outcome{}
	}
	return sim.Refuse("AuthFailure.SignatureFailure", "Authorization: %s", problem)
}

// whyWrong tries the mistakes that clients are known to make, one line of the
// canonical request at a time.
func (s *Service) whyWrong(t tc3, signature string) string {
	madeOf := func(spoil func(*tc3)) bool {
		other := t
		other.headers = maps.Clone(t.headers)
		spoil(&other)
		return other.signature(s.cfg.SecretKey) == signature
	}
	if strings.ToLower(signature) == t.signature(s.cfg.SecretKey) {
		return "want lower-case hexadecimal"
	}
	for name, values := range map[string][]string{
		"host":         {"sms.tencentcloudapi.com", hostname(t.headers["host"])},
		"content-type": {"application/json", "application/json; charset=utf-8"},
	} {
		for _, value := range values {
			if madeOf(func(other *tc3) { other.headers[name] = value }) {
				return "made with " + name + " " + strconv.Quote(value) + "; the request came with " + name + " " + strconv.Quote(t.headers[name])
			}
		}
	}
	if madeOf(func(other *tc3) { other.payload = nil }) {
		return "payload hash: made over an empty body; the hash of the body that came is " + sha256Hex(t.payload)
	}
	return "does not fit. If the SecretKey is right, the canonical request differs from this one, in the payload hash of its last line or above:\n" +
		t.canonicalRequest()
}

func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

// tc3 is what a TC3-HMAC-SHA256 signature is made of.
type tc3 struct {
	method, query string
	signedHeaders []string // names, lower case, in the order of the list
	headers       map[string]string
	payload       []byte
	timestamp     string // Unix seconds
	date          string // the day of timestamp in UTC
}

// newTC3 takes the parts as they arrived.
func newTC3(c *sim.Call, a authorization) tc3 {
	at, _ := readTimestamp(c)
	return tc3{
		method: c.Request.Method, query: c.Request.URL.RawQuery, signedHeaders: a.signedHeaders, headers: signedValues(c, a.signedHeaders),
		payload: c.Body, timestamp: c.Request.Header.Get("X-TC-Timestamp"), date: at.Format(time.DateOnly),
	}
}

// signedValues are the values of the signed headers. The service's rules want that
// of X-TC-Action in lower case.
func signedValues(c *sim.Call, names []string) map[string]string {
	values := map[string]string{}
	for _, name := range names {
		value := strings.TrimSpace(c.Request.Header.Get(name))
		switch name {
		case "host":
			value = c.Request.Host
		case "content-type":
		default:
			value = strings.ToLower(value)
		}
		values[name] = value
	}
	return values
}

// canonicalRequest is the request as it is signed. The path is always /.
func (t tc3) canonicalRequest() string {
	var headers strings.Builder
	for _, name := range t.signedHeaders {
		headers.WriteString(name + ":" + t.headers[name] + "\n")
	}
	return strings.Join([]string{
		t.method, "/", t.query, headers.String(), strings.Join(t.signedHeaders, ";"), sha256Hex(t.payload),
	}, "\n")
}

func (t tc3) stringToSign() string {
	scope := t.date + "/" + product + "/" + terminal
	return strings.Join([]string{algorithm, t.timestamp, scope, sha256Hex([]byte(t.canonicalRequest()))}, "\n")
}

// signature signs with a key. The keys in between are raw bytes.
func (t tc3) signature(secretKey string) string {
	key := []byte("TC3" + secretKey)
	for _, text := range []string{t.date, product, terminal} {
		key = hmacSHA256(key, text)
	}
	return hex.EncodeToString(hmacSHA256(key, t.stringToSign()))
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
