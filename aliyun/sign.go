package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// algorithm is the signature of version 3 (help page V3版本请求体&签名机制, 2025-01).
const algorithm = "ACS3-HMAC-SHA256"

// acsHeader is how the headers begin that are signed, beside host and content-type.
const acsHeader = "x-acs-"

// signed is what a signature covers, as it stands on the wire.
type signed struct {
	method, host, path string
	query              string // sorted, and escaped as RFC 3986 has it
	header             http.Header
	bodyHash           string
}

// authorization is the header of that name, and the signature in it.
func (s signed) authorization(id, secret string) (header, signature string) {
	request, names := s.canonical()
	signature = hex.EncodeToString(hmacSHA256(secret, algorithm+"\n"+hash([]byte(request))))
	return algorithm + " Credential=" + id + ",SignedHeaders=" + names + ",Signature=" + signature, signature
}

// canonical is the request as it is signed, and the names of its headers.
func (s signed) canonical() (request, names string) {
	headers := map[string]string{"host": s.host}
	for name, values := range s.header {
		name = strings.ToLower(name)
		if name == "content-type" || strings.HasPrefix(name, acsHeader) {
			headers[name] = strings.TrimSpace(values[0])
		}
	}
	var lines strings.Builder
	sorted := slices.Sorted(maps.Keys(headers))
	for _, name := range sorted {
		lines.WriteString(name + ":" + headers[name] + "\n")
	}
	names = strings.Join(sorted, ";")
	return strings.Join([]string{s.method, s.path, s.query, lines.String(), names, s.bodyHash}, "\n"), names
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
