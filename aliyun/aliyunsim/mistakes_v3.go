package aliyunsim

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// v3Keys are what clients take for the key.
func v3Keys(secret string) []keyMistake {
	return []keyMistake{
		{"", secret},
		{"made with an & behind the AccessKeySecret, which belongs to HMAC-SHA1; the key is the AccessKeySecret as it is", secret + "&"},
		{"made with the AccessKeySecret in lower case", strings.ToLower(secret)},
	}
}

// v3Mistakes are those in the canonical request of what came.
func v3Mistakes(v v3, c *sim.Call, r request) []mistake[v3] {
	list := []mistake[v3]{{"", func(v v3) v3 { return v }}}
	add := func(name string, apply func(v v3) v3) { list = append(list, mistake[v3]{name, apply}) }
	header := func(name string, values ...string) {
		for _, value := range values {
			cause := "header " + name + ": made with " + strconv.Quote(value) + "; the request came with " + strconv.Quote(v.headers[name])
			add(cause, func(v v3) v3 { return v.withHeader(name, value) })
		}
	}
	header("host", append(withoutPort(c.Request.Host), "dysmsapi.aliyuncs.com", "dypnsapi.aliyuncs.com")...)
	header("content-type", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "application/json")
	for _, method := range []string{http.MethodGet, http.MethodPost, strings.ToLower(v.method)} {
		add("line 1: made for the method "+method, func(v v3) v3 { v.method = method; return v })
	}
	add("line 2: made for the path /; the request came with "+v.path, func(v v3) v3 { v.path = "/"; return v })
	add("line 2: made without the path", func(v v3) v3 { v.path = ""; return v })
	add("line 3: made over the query as it was sent; want it sorted, and escaped as RFC 3986 has it", func(v v3) v3 { v.query = c.Request.URL.RawQuery; return v })
	add("line 3: made with the fields of the body in the query", func(v v3) v3 { v.query = canonical(r.fields(), escape); return v })
	add("line 3: made without the query", func(v v3) v3 { v.query = ""; return v })
	for _, e := range escapeMistakes {
		add("line 3: the query is "+e.name, func(v v3) v3 { v.query = canonical(r.query, e.escape); return v })
	}
	add("last line: made with the hash of an empty body; that of the body that came is "+v.payloadHash, func(v v3) v3 { v.payloadHash = sha256Hex(nil); return v })
	add("made without the empty line behind the headers of the canonical request", func(v v3) v3 { v.slip.noBlankLine = true; return v })
	add("made over the canonical request; want its hash behind "+algorithm, func(v v3) v3 { v.slip.unhashed = true; return v })
	return list
}

// withoutPort are other ways to write a host that has a port.
func withoutPort(host string) []string {
	name, _, err := net.SplitHostPort(host)
	switch {
	case err != nil || name == "":
		return nil
	case strings.Contains(name, ":"):
		return []string{"[" + name + "]", name}
	}
	return []string{name}
}

// whyWrong says what is wrong with a signature. Where no known mistake fits, it says what
// was tried and rules nothing else out.
func (v v3) whyWrong(c *sim.Call, r request, secret string) string {
	signature, keys, mistakes := r.authorization.signature, v3Keys(secret), v3Mistakes(v, c, r)
	if raw, err := base64.StdEncoding.DecodeString(signature); err == nil && hex.EncodeToString(raw) == v.signature(secret) {
		return "want lower-case hexadecimal, and not base64"
	}
	if signature != strings.ToLower(signature) && strings.ToLower(signature) == v.signature(secret) {
		return "want lower-case hexadecimal"
	}
	if fit := explain(v, strings.ToLower(signature), keys, mistakes); fit != "" {
		return fit
	}
	if token := strings.ToLower(tokenHeader); slices.Contains(v.signedHeaders, token) {
		v = v.withHeader(token, hiddenToken)
	}
	return "does not fit. Tested: " + tested(keys, mistakes) + ". " + sameKey + " This is the canonical request of what came:\n" + v.canonicalRequest()
}

// whyOtherHash says how a hash of the body went wrong, where that is known.
func whyOtherHash(hash string, body []byte) string {
	switch hash {
	case sha256Hex(nil):
		return "; the one in the header is that of an empty body"
	case sha256Hex(bytes.TrimRight(body, " \r\n\t")):
		return "; the one in the header is that of the body without the white space at its end"
	case strings.ToUpper(sha256Hex(body)):
		return "; want lower case"
	}
	return ""
}
