package aliyunsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// v1Keys are what clients take for the key.
func v1Keys(secret string) []keyMistake {
	return []keyMistake{
		{"", secret + "&"},
		{"made with the AccessKeySecret alone; the key is the AccessKeySecret and an & behind it", secret},
		{"made with the AccessKeySecret in lower case", strings.ToLower(secret) + "&"},
		{"made with an & before the AccessKeySecret; it belongs behind it", "&" + secret},
	}
}

// v1Mistakes are those in the text that is signed.
func v1Mistakes(r request) []mistake[v1] {
	method := func(other string) mistake[v1] {
		return mistake[v1]{"made for the method " + other + ", with which the string to sign begins", func(v v1) v1 { v.method = other; return v }}
	}
	only := func(name string, fields url.Values) mistake[v1] {
		return mistake[v1]{"made over the fields of the " + name + " alone; want those of query and body", func(v v1) v1 {
			v.fields = without(fields, signatureField)
			return v
		}}
	}
	list := []mistake[v1]{
		{"", func(v v1) v1 { return v }},
		method(http.MethodGet), method(http.MethodPost), only("query", r.query), only("body", r.form),
		{"made without fields that are blank; want them as name=", func(v v1) v1 { v.fields = notBlank(v.fields); return v }},
		{"made over fields that are escaped one time; want the whole of them escaped again", func(v v1) v1 { v.slip.once = true; return v }},
		{"made with / as the second part of the string to sign; want %2F", func(v v1) v1 { v.slip.slash = true; return v }},
	}
	for _, e := range escapeMistakes {
		list = append(list, mistake[v1]{e.name, func(v v1) v1 { v.slip.escape = e.escape; return v }})
	}
	return list
}

// whyWrong says what is wrong with a signature. Where no known mistake fits, it says what
// was tried and rules nothing else out.
func (v v1) whyWrong(r request, secret string) string {
	signature, keys, mistakes := r.get(signatureField), v1Keys(secret), v1Mistakes(r)
	right, _ := base64.StdEncoding.DecodeString(v.signature(keys[0].key))
	switch {
	case strings.EqualFold(signature, hex.EncodeToString(right)):
		return "want base64, and not hexadecimal"
	case signature == v.bySHA256(keys[0].key):
		return "made with HMAC-SHA256; want HMAC-SHA1"
	case strings.ReplaceAll(signature, " ", "+") == v.signature(keys[0].key):
		return "has a space where base64 has +; want it escaped as %2B"
	}
	if fit := explain(v, signature, keys, mistakes); fit != "" {
		return fit
	}
	v.fields = masked(v.fields)
	return "does not fit. Tested: " + tested(keys, mistakes) + ". " + sameKey + " This is the string to sign of what came:\n" + v.stringToSign()
}

func (v v1) bySHA256(key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(v.stringToSign()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func notBlank(fields url.Values) url.Values {
	rest := url.Values{}
	for name, values := range fields {
		if !slices.Contains(values, "") {
			rest[name] = values
		}
	}
	return rest
}
