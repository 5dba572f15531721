package bmob

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/base32"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// Values of signed requests: those of the vendor's documents.
const (
	sdkType    = "wechatApp"
	sdkVersion = "10"
)

const contentType = "application/json"

// plainHeader are the headers of plain authentication, spelled as in the
// documents.
func plainHeader(cfg Config) *http.Header {
	return &http.Header{
		"X-Bmob-Application-Id": {cfg.AppID},
		"X-Bmob-REST-API-Key":   {string(cfg.RESTKey)},
		"Content-Type":          {contentType},
	}
}

// header returns the headers of a request.
func (p *Provider) header(c call) (http.Header, error) {
	if p.plain != nil {
		return *p.plain, nil
	}
	nonce, err := p.newNonce(c.op)
	if err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(p.cfg.Now().Unix(), 10)
	return http.Header{
		"X-Bmob-SDK-Type":       {sdkType},
		"X-Bmob-SDK-Version":    {sdkVersion},
		"X-Bmob-Secret-Key":     {string(p.cfg.SecretKey)},
		"X-Bmob-Safe-Timestamp": {timestamp},
		"X-Bmob-Noncestr-Key":   {nonce},
		"X-Bmob-Safe-Sign":      {sign(c.path, timestamp, string(p.cfg.SafeCode), nonce, c.body)},
		"Content-Type":          {contentType},
	}, nil
}

// sign is the MD5 over the path from /1 on, without a query, and the exact body,
// which a GET has none of.
func sign(path, timestamp, safeCode, nonce string, body []byte) string {
	plain := make([]byte, 0, 512)
	for _, part := range [...]string{path, timestamp, safeCode, nonce} {
		plain = append(plain, part...)
	}
	plain = append(plain, body...)
	plain = append(plain, sdkVersion...)
	sum := md5.Sum(plain) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

// nonceBytes is how many random bytes make the 16 characters of a nonce.
const nonceBytes = 10

var nonceAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567")

func (p *Provider) newNonce(op string) (string, error) {
	var random [nonceBytes]byte
	if _, err := io.ReadFull(p.cfg.Rand, random[:]); err != nil {
		return "", &provider.Error{Provider: p.cfg.Name, Op: op, Kind: provider.KindConfig, Text: "Rand: no random bytes", Err: err}
	}
	return nonceAlphabet.EncodeToString(random[:]), nil
}

// secrets are the credentials that must not stand in an error.
func (cfg Config) secrets() []string {
	return []string{cfg.AppID, string(cfg.RESTKey), string(cfg.SecretKey), string(cfg.SafeCode)}
}
