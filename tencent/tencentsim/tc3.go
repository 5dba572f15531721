package tencentsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	algorithm = "TC3-HMAC-SHA256"
	terminal  = "tc3_request"
)

// tc3 is what a TC3-HMAC-SHA256 signature is made of.
type tc3 struct {
	method, query string
	signedHeaders []string // names, lower case, in the order of the list
	headers       map[string]string
	payload       []byte
	timestamp     string // Unix seconds
	date          string // the day of timestamp in UTC
	service       string
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
	scope := t.date + "/" + t.service + "/" + terminal
	return strings.Join([]string{algorithm, t.timestamp, scope, sha256Hex([]byte(t.canonicalRequest()))}, "\n")
}

// signature signs with a key. The keys in between are raw bytes.
func (t tc3) signature(secretKey string) string {
	key := []byte("TC3" + secretKey)
	for _, text := range []string{t.date, t.service, terminal} {
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
