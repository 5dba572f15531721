package aliyunsim

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

const (
	algorithm = "ACS3-HMAC-SHA256"

	// Headers of the new signature.
	authorizationHeader = "Authorization"
	actionHeader        = "X-Acs-Action"
	versionHeader       = "X-Acs-Version"
	dateHeader          = "X-Acs-Date"
	nonceHeader         = "X-Acs-Signature-Nonce"
	hashHeader          = "X-Acs-Content-Sha256"
	tokenHeader         = "X-Acs-Security-Token" //nolint:gosec // The name of a header.
	headerPrefix        = "X-Acs-"
)

// authorization is the header of that name in its parts.
type authorization struct {
	problem       string // what is wrong with a header of another shape
	key           string
	signedHeaders []string
	signature     string
}

func readAuthorization(header http.Header) authorization {
	rest, ok := strings.CutPrefix(header.Get(authorizationHeader), algorithm+" ")
	if !ok {
		return authorization{problem: "want it to begin with " + algorithm + " and a space"}
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", signatureField} {
		if parts[name] == "" {
			return authorization{problem: name + " is missing"}
		}
	}
	return authorization{key: parts["Credential"], signedHeaders: strings.Split(parts["SignedHeaders"], ";"), signature: parts[signatureField]}
}

// v3 is what a signature of the new kind is made of.
type v3 struct {
	method, path  string
	query         string   // as it is signed
	signedHeaders []string // names, lower case, in the order of the list
	headers       map[string]string
	payloadHash   string
	slip          v3Slip // made on the way, when a mistake is tried
}

// v3Slip is what a client does wrong on the way from the request to the signature.
type v3Slip struct {
	noBlankLine bool // between the headers and their names
	unhashed    bool // the canonical request itself in the string to sign
}

// newV3 takes the parts as they arrived.
func newV3(c *sim.Call, r request) v3 {
	values := map[string]string{}
	for _, name := range r.authorization.signedHeaders {
		values[name] = strings.TrimSpace(strings.Join(c.Request.Header.Values(name), ","))
	}
	if _, ok := values["host"]; ok {
		values["host"] = c.Request.Host
	}
	return v3{
		method: c.Request.Method, path: pathOf(c.Request), query: canonical(r.query, escape),
		signedHeaders: r.authorization.signedHeaders, headers: values, payloadHash: sha256Hex(c.Body),
	}
}

// pathOf is the path as it stands on the wire.
func pathOf(r *http.Request) string { return cmp.Or(r.URL.EscapedPath(), "/") }

// withHeader is a copy with another value of one header.
func (v v3) withHeader(name, value string) v3 {
	v.headers = maps.Clone(v.headers)
	v.headers[name] = value
	return v
}

// canonicalRequest is the request as it is signed.
func (v v3) canonicalRequest() string {
	var headers strings.Builder
	for _, name := range v.signedHeaders {
		headers.WriteString(name + ":" + v.headers[name] + "\n")
	}
	block := headers.String()
	if v.slip.noBlankLine {
		block = strings.TrimSuffix(block, "\n")
	}
	return strings.Join([]string{v.method, v.path, v.query, block, strings.Join(v.signedHeaders, ";"), v.payloadHash}, "\n")
}

func (v v3) stringToSign() string {
	request := v.canonicalRequest()
	if v.slip.unhashed {
		return algorithm + "\n" + request
	}
	return algorithm + "\n" + sha256Hex([]byte(request))
}

// signature signs with a key, which is the AccessKeySecret as it is.
func (v v3) signature(key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(v.stringToSign()))
	return hex.EncodeToString(mac.Sum(nil))
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// checkV3Headers checks the headers that every request of this kind has.
func checkV3Headers(c *sim.Call, r request) sim.Outcome {
	header := c.Request.Header
	if r.authorization.problem != "" {
		return sim.Refuse(incomplete, "%s: %s", authorizationHeader, r.authorization.problem)
	}
	for _, name := range []string{dateHeader, nonceHeader, hashHeader} {
		if header.Get(name) == "" {
			return sim.Refuse(incomplete, "%s: missing", name)
		}
	}
	if hash := sha256Hex(c.Body); header.Get(hashHeader) != hash {
		return sim.Refuse(mismatch, "%s: the hash of the body that came is %s%s", hashHeader, hash, whyOtherHash(header.Get(hashHeader), c.Body))
	}
	return sim.Outcome{}
}

// checkSignedHeaders checks the list of headers that are signed.
func checkSignedHeaders(c *sim.Call, r request) sim.Outcome {
	list := r.authorization.signedHeaders
	refuse := func(verdict string) sim.Outcome {
		return sim.Refuse(incomplete, "%s: SignedHeaders: %s", authorizationHeader, verdict)
	}
	if text := strings.Join(list, ";"); !slices.IsSorted(list) || strings.ToLower(text) != text {
		return refuse("want lower case, in alphabetical order")
	}
	want := []string{"host"}
	for _, name := range slices.Sorted(maps.Keys(c.Request.Header)) {
		if strings.HasPrefix(name, headerPrefix) {
			want = append(want, strings.ToLower(name))
		}
	}
	for _, name := range want {
		if !slices.Contains(list, name) {
			return refuse("want host and every x-acs- header; " + name + " is not there")
		}
	}
	return sim.Outcome{}
}

func (a *account) checkV3Signature(c *sim.Call, r request) sim.Outcome {
	v := newV3(c, r)
	if r.authorization.signature == v.signature(a.cfg.AccessKeySecret) {
		return sim.Outcome{}
	}
	refused := sim.Refuse(mismatch, "%s: %s: %s", authorizationHeader, signatureField, v.whyWrong(c, r, a.cfg.AccessKeySecret))
	if _, signed := v.headers["x-acs-security-token"]; signed {
		v = v.withHeader("x-acs-security-token", "***") // the real service is not known to hide it
	}
	refused.Words = "Specified signature does not match our calculation. server StringToSign is [" + v.stringToSign() +
		"] server CanonicalRequest is [" + v.canonicalRequest() + "]"
	return refused
}
