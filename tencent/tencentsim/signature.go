package tencentsim

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
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
	case a.terminal != terminal || a.service != product && !isFirstLabel(a.service, t.host):
		problem = "Credential: want " + product + "/" + terminal + " at its end"
	case !slices.Contains(a.signedHeaders, "content-type") || !slices.Contains(a.signedHeaders, "host"):
		problem = "SignedHeaders: want content-type and host at least"
	case !slices.IsSorted(a.signedHeaders) || strings.ToLower(strings.Join(a.signedHeaders, "")) != strings.Join(a.signedHeaders, ""):
		problem = "SignedHeaders: want lower case, in alphabetical order"
	case a.service != product && !s.cfg.ServiceFromHost:
		problem = whyFromHost(t, a.signature, s.cfg.SecretKey)
	case !fits(t, a.signature, s.cfg.SecretKey, s.cfg.ServiceFromHost):
		problem = "Signature: " + whyWrong(t, a.signature, s.cfg.SecretKey)
	default:
		return sim.Outcome{}
	}
	return sim.Refuse("AuthFailure.SignatureFailure", "Authorization: %s", problem)
}

// fits reports whether a signature is that of what arrived. Where any form of the host
// will do, it may have been signed without its port.
func fits(t tc3, signature, key string, anyHost bool) bool {
	withHost := func(host string) bool { return signature == t.withHeader("host", host).signature(key) }
	return signature == t.signature(key) || anyHost && slices.ContainsFunc(hostForms(t.host), withHost)
}

// tc3 is what a TC3-HMAC-SHA256 signature is made of.
type tc3 struct {
	method, query string
	host          string   // as it arrived
	signedHeaders []string // names, lower case, in the order of the list
	headers       map[string]string
	payload       []byte
	timestamp     string // Unix seconds
	date          string // the day of timestamp in UTC
	service       string // empty: product
	slip          slip   // made on the way, when a mistake is tried
}

// newTC3 takes the parts as they arrived.
func newTC3(c *sim.Call, a authorization) tc3 {
	at, _ := readTimestamp(c)
	return tc3{
		method: c.Request.Method, query: c.Request.URL.RawQuery, signedHeaders: a.signedHeaders, headers: signedValues(c, a.signedHeaders),
		payload: c.Body, timestamp: c.Request.Header.Get("X-TC-Timestamp"), date: at.Format(time.DateOnly),
		host: c.Request.Host, service: a.service,
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

// withHeader is a copy with another value of one header.
func (t tc3) withHeader(name, value string) tc3 {
	t.headers = maps.Clone(t.headers)
	t.headers[name] = value
	return t
}

// canonicalRequest is the request as it is signed. The path is always /.
func (t tc3) canonicalRequest() string {
	var headers strings.Builder
	for _, name := range t.signedHeaders {
		headers.WriteString(name + ":" + t.headers[name] + "\n")
	}
	path := "/"
	if t.slip.noPath {
		path = ""
	}
	lines := []string{t.method, path, t.query, headers.String(), strings.Join(t.signedHeaders, ";"), sha256Hex(t.payload)}
	if t.slip.noBlankLine {
		lines[3] = strings.TrimSuffix(lines[3], "\n")
	}
	return strings.Join(lines, "\n")
}

func (t tc3) stringToSign() string {
	scope := t.date + "/" + t.serviceName() + "/" + terminal
	return strings.Join([]string{algorithm, t.timestamp, scope, sha256Hex([]byte(t.canonicalRequest()))}, "\n")
}

func (t tc3) serviceName() string { return cmp.Or(t.service, product) }

// signature signs with a key. The keys in between are raw bytes.
func (t tc3) signature(secretKey string) string {
	key := []byte("TC3" + secretKey)
	if t.slip.noPrefix {
		key = []byte(secretKey)
	}
	for _, text := range []string{t.date, t.serviceName(), terminal} {
		key = hmacSHA256(key, text)
		if t.slip.hexKeys {
			key = []byte(hex.EncodeToString(key))
		}
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
