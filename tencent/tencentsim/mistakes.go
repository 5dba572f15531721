package tencentsim

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net"
	"slices"
	"strconv"
	"strings"
)

// slip is what a client does wrong on the way from the request to the signature.
type slip struct {
	noPath      bool // nothing where / belongs
	noBlankLine bool // between the headers and their names
	noPrefix    bool // TC3 before the SecretKey
	hexKeys     bool // the keys in between are hexadecimal text
}

// mistake is one that clients are known to make.
type mistake struct {
	name  string // as a verdict says it; empty for none
	apply func(t tc3) tc3
}

func noMistake(t tc3) tc3 { return t }

// keyMistakes are those on the way from the SecretKey to the key that signs.
var keyMistakes = []mistake{
	{"", noMistake},
	{"made with the keys in between as hexadecimal text, and they are raw bytes", func(t tc3) tc3 { t.slip.hexKeys = true; return t }},
	{"made without TC3 before the SecretKey", func(t tc3) tc3 { t.slip.noPrefix = true; return t }},
	{"made without TC3 before the SecretKey, and with the keys in between as hexadecimal text", func(t tc3) tc3 {
		t.slip.noPrefix, t.slip.hexKeys = true, true
		return t
	}},
}

// requestMistakes are those in the canonical request of what came.
func requestMistakes(t tc3) []mistake {
	list := []mistake{{"", noMistake}}
	other := func(name, remedy string, values ...string) {
		for _, value := range values {
			cause := "made with " + name + " " + strconv.Quote(value) + "; the request came with " + name + " " + strconv.Quote(t.headers[name])
			list = append(list, mistake{cause + remedy, func(t tc3) tc3 { return t.withHeader(name, value) }})
		}
	}
	other("host", "", "sms.tencentcloudapi.com")
	other("host", "; "+fromHostOption+" accepts that", hostForms(t.host)...)
	other("content-type", "", "application/json", "application/json; charset=utf-8")
	return append(list,
		mistake{"payload hash: made over an empty body; the hash of the body that came is " + sha256Hex(t.payload), func(t tc3) tc3 {
			t.payload = nil
			return t
		}},
		mistake{"payload hash: made over the body without the white space at its end", func(t tc3) tc3 {
			t.payload = bytes.TrimRight(t.payload, " \r\n\t")
			return t
		}},
		mistake{"made without the empty line behind the headers of the canonical request", func(t tc3) tc3 { t.slip.noBlankLine = true; return t }},
		mistake{"made without the / in the second line of the canonical request", func(t tc3) tc3 { t.slip.noPath = true; return t }},
		mistake{"made with the method in lower case", func(t tc3) tc3 { t.method = strings.ToLower(t.method); return t }},
		mistake{"made for the service " + product + ", and Credential names another", func(t tc3) tc3 { t.service = product; return t }},
	)
}

// whyWrong tries the mistakes that clients are known to make: one of the key, one of
// the request, and one of each at a time. Where none fits, it says what was tried and
// rules nothing else out.
func whyWrong(t tc3, signature, key string) string {
	if raw, err := base64.StdEncoding.DecodeString(signature); err == nil && hex.EncodeToString(raw) == t.signature(key) {
		return "want lower-case hexadecimal, and not base64"
	}
	if strings.ToLower(signature) == t.signature(key) {
		return "want lower-case hexadecimal"
	}
	signature = strings.ToLower(signature)
	inRequest := requestMistakes(t)
	for _, ofKey := range keyMistakes {
		for _, ofRequest := range inRequest {
			if ofRequest.apply(ofKey.apply(t)).signature(key) == signature {
				return strings.Trim(ofKey.name+"; "+ofRequest.name, "; ")
			}
		}
	}
	return "does not fit. Tested: " + tested(keyMistakes) + "; " + tested(inRequest) + ". Not tested: whether the SecretKey is the same, and any " +
		"other way to sign. This is the canonical request of what came; the client's may differ in the payload hash of its last line or above:\n" +
		t.canonicalRequest()
}

// tested lists mistakes.
func tested(mistakes []mistake) string {
	var names []string
	for _, m := range mistakes {
		if name, _, _ := strings.Cut(m.name, ";"); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

const fromHostOption = "Config.ServiceFromHost of the simulator"

// whyFromHost is about a client that names the service after its endpoint.
func whyFromHost(t tc3, signature, key string) string {
	problem := "Credential: the service is called " + product + ", and not " + strconv.Quote(t.service) + ", which is how the host " +
		strconv.Quote(t.host) + " begins: some clients, the vendor's SDK for Node among them, take it from there. " + fromHostOption + " accepts them"
	if fits(t, signature, key, true) {
		return problem + ", and the rest of the signature fits"
	}
	return problem + ". Besides, Signature: " + whyWrong(t, signature, key)
}

// isFirstLabel reports whether a service is named after a host: by what stands before
// its first dot, with the port of a host without dots or without it.
func isFirstLabel(service, host string) bool {
	label, _, _ := strings.Cut(host, ".")
	return service != "" && slices.ContainsFunc(append(hostForms(label), label), func(form string) bool { return strings.EqualFold(service, form) })
}

// hostForms are other ways to write a host that has a port: without it, and for an IPv6
// address without its brackets too.
func hostForms(host string) []string {
	name, _, err := net.SplitHostPort(host)
	switch {
	case err != nil || name == "":
		return nil
	case strings.Contains(name, ":"):
		return []string{"[" + name + "]", name}
	}
	return []string{name}
}
