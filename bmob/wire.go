package bmob

import (
	"context"
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

// Paths begin where the signature begins: nothing that stands before /1 in the
// address is signed.
const (
	codePath           = "/1/requestSmsCode"
	textPath           = "/1/requestSms"
	verifyPath         = "/1/verifySmsCode"
	queryPath          = "/1/querySms"
	requestCaptchaPath = "/1/requestCaptcha"
	verifyCaptchaPath  = "/1/verifyCaptcha"
)

type codeBody struct {
	Phone         string `json:"mobilePhoneNumber"`
	Template      string `json:"template,omitempty"`
	ValidateToken string `json:"validate_token,omitempty"`
}

type textBody struct {
	Phone    string       `json:"mobilePhoneNumber"`
	Content  adapter.Vars `json:"content"`
	Template string       `json:"template"`
}

type verifyBody struct {
	Phone string `json:"mobilePhoneNumber"`
	Code  string `json:"smsCode,omitempty"`
}

// exchange makes one request, whose body is the JSON of content unless that is nil,
// and reads a success: HTTP 2xx, without an error and without a code.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, method, path string, content any) (reply, error) {
	var body []byte
	if content != nil {
		body, _ = json.Marshal(content) // nothing can fail: the bodies hold strings and numbers only
	}
	header, err := p.header(call, path, body)
	if err != nil {
		return reply{}, err
	}
	answer, err := call.Do(ctx, adapter.Request{Method: method, Path: path, Header: header, Body: body})
	if err != nil {
		return reply{}, err
	}
	var decoded reply
	err = adapter.DecodeJSON(answer.Body, &decoded)
	switch {
	case err != nil:
		return reply{}, call.Unusable(err.Error())
	case decoded.refuses():
		return reply{}, refusal(call, answer.Status, decoded)
	case !isSuccess(answer.Status):
		return reply{}, call.Unusable("HTTP status")
	}
	return decoded, nil
}

func isSuccess(status int) bool { return status >= 200 && status < 300 }

// Values of signed requests: those of the vendor's documents.
const (
	sdkType     = "wechatApp"
	sdkVersion  = "10"
	nonceLength = 16
)

// header returns the headers of a request, spelled as in the vendor's documents,
// which have no Accept.
func (p *Provider) header(call *adapter.Call, path string, body []byte) (http.Header, error) {
	cfg := p.config()
	header := http.Header{"Accept": nil, "Content-Type": {"application/json"}}
	if !cfg.signs() {
		header["X-Bmob-Application-Id"] = []string{cfg.AppID}
		header["X-Bmob-REST-API-Key"] = []string{string(cfg.RESTKey)}
		return header, nil
	}
	id, err := call.NewID()
	if err != nil {
		return nil, err
	}
	nonce, timestamp := strings.ToLower(id[:nonceLength]), strconv.FormatInt(p.client.Now().Unix(), 10)
	header["X-Bmob-SDK-Type"] = []string{sdkType}
	header["X-Bmob-SDK-Version"] = []string{sdkVersion}
	header["X-Bmob-Secret-Key"] = []string{string(cfg.SecretKey)}
	header["X-Bmob-Safe-Timestamp"] = []string{timestamp}
	header["X-Bmob-Noncestr-Key"] = []string{nonce}
	header["X-Bmob-Safe-Sign"] = []string{sign(path, timestamp, string(cfg.SafeCode), nonce, body)}
	return header, nil
}

// sign is the MD5 over the path from /1 on, without a query, and the exact body,
// which a GET has none of.
func sign(path, timestamp, safeCode, nonce string, body []byte) string {
	plain := path + timestamp + safeCode + nonce + string(body) + sdkVersion
	sum := md5.Sum([]byte(plain)) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

// reply is the answer to every call; each fills other members. An error text
// makes it a failure, with or without a code.
type reply struct {
	Code  json.Number     `json:"code"`
	Error *adapter.Scalar `json:"error"`

	SMSID         *adapter.Scalar `json:"smsId"`
	Msg           adapter.Aside   `json:"msg"`
	SMSState      adapter.Aside   `json:"sms_state"`
	VerifyState   json.RawMessage `json:"verify_state"`
	CaptchaToken  adapter.Aside   `json:"captcha_token"`
	CaptchaURL    adapter.Aside   `json:"captcha_url"`
	ValidateToken adapter.Aside   `json:"validate_token"`
}

// refuses reports whether the service says no.
func (r reply) refuses() bool {
	return r.Error != nil || r.Code != "" && !facts.Equal(string(r.Code), "0")
}

// msgOK is what Msg says of a call that the service has carried out.
const msgOK = "ok"

// id is empty where the service gives none, for which it may write 0.
func (r reply) id() string {
	if r.SMSID == nil || *r.SMSID == "0" {
		return ""
	}
	return string(*r.SMSID)
}
