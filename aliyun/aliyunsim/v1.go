package aliyunsim

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // The service's own signature.
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

const (
	v1Method  = "HMAC-SHA1"
	v1Version = "1.0"
	// signatureField is the field that is not signed.
	signatureField = "Signature"
	tokenField     = "SecurityToken"
)

// v1 is what a signature of the old kind is made of.
type v1 struct {
	method string
	fields url.Values // of the query and the body, without the signature
	slip   v1Slip     // made on the way, when a mistake is tried
}

// v1Slip is what a client does wrong on the way from the request to the signature.
type v1Slip struct {
	escape escaper // nil: escape
	once   bool    // the fields are escaped one time, and not again as a whole
	slash  bool    // / in the place of %2F
}

func newV1(c *sim.Call, r request) v1 {
	return v1{method: c.Request.Method, fields: without(r.fields(), signatureField)}
}

// stringToSign is the text that is signed.
func (v v1) stringToSign() string {
	inner := escaper(escape)
	if v.slip.escape != nil {
		inner = v.slip.escape
	}
	outer, path := inner, escape("/")
	if v.slip.once {
		outer = func(text string) string { return text }
	}
	if v.slip.slash {
		path = "/"
	}
	return strings.Join([]string{v.method, path, outer(canonical(v.fields, inner))}, "&")
}

// signature signs with a key, which is the AccessKeySecret and an &.
func (v v1) signature(key string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(v.stringToSign()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkV1Fields checks the fields that every request of this kind has.
func checkV1Fields(_ *sim.Call, r request) sim.Outcome {
	if format := r.get("Format"); format != "JSON" {
		return sim.NotSimulated(badAction, "Format", "answers that are not JSON (XML is the default of this signature)")
	}
	for _, f := range []struct{ name, want string }{{"SignatureMethod", v1Method}, {"SignatureVersion", v1Version}} {
		if r.get(f.name) != f.want {
			return sim.Refuse(incomplete, "%s: want %s%s", f.name, f.want, r.broken)
		}
	}
	for _, name := range []string{"AccessKeyId", signatureField, "SignatureNonce", "Timestamp"} {
		if r.get(name) == "" {
			return sim.Refuse(incomplete, "%s: missing%s", name, r.broken)
		}
	}
	return sim.Outcome{}
}

func (a *account) checkV1Signature(c *sim.Call, r request) sim.Outcome {
	v := newV1(c, r)
	if r.get(signatureField) == v.signature(a.cfg.AccessKeySecret+"&") {
		return sim.Outcome{}
	}
	refused := sim.Refuse(mismatch, "%s: %s", signatureField, v.whyWrong(r, a.cfg.AccessKeySecret))
	v.fields = masked(v.fields) // the real service shows the token too
	refused.Words = v1Words + v.stringToSign()
	return refused
}

// v1Words are the service's own about a V1 signature (seen in NewFuture/DDNS#57, 2019).
// Behind them it repeats the text that it has signed. Its older SDK for Go compares that
// with what it has signed itself, to tell a wrong secret from a fault of its own.
const v1Words = "Specified signature is not matched with our calculation. server string to sign is:"
