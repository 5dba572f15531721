package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cnsms/cnsms/provider/adapter"
)

// algorithm is the signature of version 3 (help page V3版本请求体&签名机制, 2025-01).
const algorithm = "ACS3-HMAC-SHA256"

// signed is what a signature covers, as it stands on the wire.
type signed struct {
	method, path string
	query        string          // sorted, and escaped as RFC 3986 has it
	headers      []adapter.Field // sorted, with names in lower case
	bodyHash     string
}

// authorization is the header of that name, and what of it must stand in no error: the
// signature and the hash of the request. Who has a hash can try out which code gives it.
func (s signed) authorization(id, secret string) (header string, hidden []string) {
	lines, names := make([]string, len(s.headers)), make([]string, len(s.headers))
	for i, h := range s.headers {
		lines[i], names[i] = h.Name+":"+h.Value+"\n", h.Name
	}
	list := strings.Join(names, ";")
	request := strings.Join([]string{s.method, s.path, s.query, strings.Join(lines, ""), list, s.bodyHash}, "\n")
	requestHash := hash([]byte(request))
	signature := hex.EncodeToString(hmacSHA256(secret, algorithm+"\n"+requestHash))
	return algorithm + " Credential=" + id + ",SignedHeaders=" + list + ",Signature=" + signature, []string{signature, requestHash, s.bodyHash}
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
