package bmobsim_test

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

// strict wants a captcha for one template.
var strict = bmobsim.Config{
	AppID: appID, RESTKey: restKey, SecretKey: secretKey, SafeCode: safeCode,
	Templates: map[string]string{"注册": "%smscode%", "订单": "验证码%code%", "登录": "%smscode%"}, CaptchaFor: []string{"登录"},
}

// sign signs a request of the worked examples anew.
func sign(r *simtest.Request) {
	h := r.Header
	plain := r.Path + h.Get("X-Bmob-Safe-Timestamp") + safeCode + h.Get("X-Bmob-Noncestr-Key") + r.JSON + h.Get("X-Bmob-SDK-Version")
	h.Set("X-Bmob-Safe-Sign", fmt.Sprintf("%x", md5.Sum([]byte(plain))))
}

// TestSuite runs the suite for simulators on every call, with both ways of
// authentication. A puzzle has no member that is required: TestRefusals spoils them.
func TestSuite(t *testing.T) {
	t.Parallel()
	first, _, _ := newService(strict) // makes the same codes and tokens as the suite's
	plain := func(name, path, body string, texts int, before ...simtest.Request) simtest.Request {
		r := simtest.Request{
			Name: name, Path: path, JSON: body, Header: plainHeader(), Texts: texts, Before: before, Optional: []string{"template"},
		}
		if body == "" {
			r.Header.Del("Content-Type")
		}
		return r
	}
	signed := func(r simtest.Request) simtest.Request {
		r.Name, r.Header, r.Sign = "signed "+r.Name, signedHeader(inSeconds, "anew"), sign
		r.Free = []string{"X-Bmob-Sdk-Type", "X-Bmob-Sdk-Version"} // another version is one as well, once it is signed
		r.Signed = []string{"X-Bmob-Sdk-Version", "X-Bmob-Safe-Timestamp", "X-Bmob-Noncestr-Key"}
		if r.JSON == "" {
			r.Header.Del("Content-Type")
		} else {
			r.Signed = append(r.Signed, "mobilePhoneNumber")
		}
		sign(&r)
		return r
	}

	code := plain("code", requestCode, to(`"template":"注册"`), 1)
	text := plain("text", requestText, to(`"template":"订单","content":{"code":"042137"}`), 1)
	text.Optional = nil
	post(t, first, code.Path, code.JSON)
	inBody := plain("check, in the body", verifyCode, to(`"smsCode":"`+wiretest.LastCode(first)+`"`), 0, code)
	inPath := plain("check, in the path", verifyCode+"/"+wiretest.LastCode(first), toPhone, 0, code)
	query := plain("query", querySMS+first.Texts()[0].ID, "", 0, code)

	s, _, service := newService(strict) // a fresh one, whose numbers begin anew
	issue := plain("captcha", requestCaptcha, `{}`, 0)
	puzzle := issued{}
	require.NoError(t, json.Unmarshal([]byte(post(t, s, issue.Path, issue.JSON).body), &puzzle))
	right, _ := service.CaptchaAnswer(puzzle.Token)
	solving := plain("captcha's answer", verifyCaptcha, `{"captcha_code":"`+right+`","captcha_token":"`+puzzle.Token+`"}`, 0, issue)
	address, err := url.Parse(puzzle.URL)
	require.NoError(t, err)
	picture := simtest.Request{Name: "captcha's picture", Path: captchaImage, Query: address.Query(), Before: []simtest.Request{issue}}
	var proof struct {
		Token string `json:"validate_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(post(t, s, solving.Path, solving.JSON).body), &proof))
	proven := plain("code behind a captcha", requestCode, to(`"template":"登录","validate_token":"`+proof.Token+`"`), 1, issue, solving)

	simtest.Run(t, simtest.Harness{
		New:      func() sim.Service { return bmobsim.New(strict) },
		Requests: []simtest.Request{code, text, inBody, inPath, query, solving, picture, proven, signed(code), signed(text), signed(query)},
		Impossible: map[string]func(){
			"RESTKey":   func() { bmobsim.New(bmobsim.Config{AppID: appID}) },
			"AppID":     func() { bmobsim.New(bmobsim.Config{RESTKey: restKey}) },
			"SafeCode":  func() { bmobsim.New(bmobsim.Config{SecretKey: secretKey}) },
			"SecretKey": func() { bmobsim.New(bmobsim.Config{SafeCode: safeCode}) },
			"Balance":   func() { below := strict; below.Balance = new(int); *below.Balance = -1; bmobsim.New(below) },
		},
		Secrets:      []string{restKey, secretKey, safeCode},
		NullIsAbsent: true,
	})
}
