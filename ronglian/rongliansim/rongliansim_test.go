package rongliansim_test

import (
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

const (
	accountSID = "0123456789abcdef0123456789abcdef"
	authToken  = "fedcba9876543210fedcba9876543210"
	subSID     = "89abcdef0123456789abcdef01234567"
	subToken   = "76543210fedcba9876543210fedcba98"
	appID      = "0123456789abcdef0123456789abcdee"

	// The signatures of the main and the sub-account at the time at, as computed in
	// ../testdata/README.md.
	sig    = "BD3BB0E02B6DBC829197BD5AD013846B"
	subSig = "37680C2F7BA5BD93891B1116C38B18C4"

	templatePath      = "/2013-12-26/Accounts/" + accountSID + "/SMS/TemplateSMS"
	internationalPath = "/v2/account/" + accountSID + "/international/send"
	arrivedPath       = "/2013-12-26/Accounts/" + accountSID + "/SMS/GetArrived"
	infoPath          = "/2013-12-26/Accounts/" + accountSID + "/AccountInfo"
	subPath           = "/2013-12-26/SubAccounts/" + subSID + "/SMS/TemplateSMS"

	acceptedJSON = `{"statusCode":"000000","templateSMS":{"smsMessageSid":"0000000065930ca50000000000000001","dateCreated":"20240102030405"}}`
	loginBody    = `{"to":"13800000000","appId":"` + appID + `","templateId":"1","datas":["4653","2"]}`
)

// at is 20240102030405 on the service's clock.
var at = time.Date(2024, time.January, 1, 19, 4, 5, 0, time.UTC)

func newServer(cfg rongliansim.Config) (*sim.Server, *rongliansim.Service, *wiretest.Clock) {
	cfg.AccountSID, cfg.AuthToken, cfg.AppID = accountSID, authToken, appID
	c := wiretest.NewClock(at)
	service := rongliansim.New(cfg)
	return sim.New(sim.Config{Now: c.Now}, service), service, c
}

// attempt is a request that can be spoilt one part at a time. The zero value is
// the worked example.
type attempt struct {
	method, path, sig, body string
	authorization           string // before base64
	header                  map[string]string
	remove                  string // a header to leave out
}

func (a attempt) withDefaults() attempt {
	if a.path == "" {
		a.path = templatePath
	}
	if a.method == "" {
		a.method = http.MethodPost
		if a.path == infoPath {
			a.method = http.MethodGet
		}
	}
	if a.sig == "" {
		a.sig = sig
	}
	if a.authorization == "" {
		a.authorization = accountSID + ":20240102030405"
	}
	if a.body == "" && a.method == http.MethodPost {
		a.body = loginBody
	}
	return a
}

// do makes the request and returns the reply and what the simulator says of it.
func (a attempt) do(t *testing.T, s *sim.Server) (body, verdict string) {
	t.Helper()
	a = a.withDefaults()
	r, err := http.NewRequestWithContext(t.Context(), a.method, s.URL()+a.path+"?sig="+a.sig, strings.NewReader(a.body))
	require.NoError(t, err)
	headers := map[string]string{
		"Accept": "application/json", "Content-Type": "application/json;charset=utf-8",
		"Authorization": base64.StdEncoding.EncodeToString([]byte(a.authorization)),
	}
	maps.Copy(headers, a.header)
	delete(headers, a.remove)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if a.remove == "Content-Length" {
		r.ContentLength = -1
	}
	response, err := (&http.Client{Transport: s.Transport()}).Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	exchanges := s.Exchanges()
	return string(content), exchanges[len(exchanges)-1].Verdict
}

// login is a body for one number.
func login(number string) string { return strings.Replace(loginBody, "13800000000", number, 1) }

func TestAccepted(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{Templates: map[string]string{"1": "您的验证码是{1}，请于{2}分钟内正确输入"}})
	body, verdict := attempt{}.do(t, s)
	require.JSONEq(t, acceptedJSON, body)
	require.Empty(t, verdict)
	m := s.Texts()[0]
	require.Equal(t, "+8613800000000", m.To)
	require.Equal(t, "【云通讯】您的验证码是4653，请于2分钟内正确输入", m.Text)
	require.Equal(t, "4653", m.Code)
	require.Equal(t, []string{"4653", "2"}, m.Params)
	require.Equal(t, accountSID, m.Mailbox)
	require.Equal(t, "0000000065930ca50000000000000001", m.ID)
}

// TestVariants covers what the real service is known to take besides.
func TestVariants(t *testing.T) {
	t.Parallel()
	xml := map[string]string{"Content-Type": "application/xml;charset=utf-8"}
	const xmlBody = `<?xml version='1.0' encoding='utf-8'?><%s><appId>` + appID + `</appId><to>13800000000</to>` +
		`<templateId>1</templateId><datas><data>4653</data><data>2</data></datas></%s>`
	tests := []struct {
		name    string
		attempt attempt
	}{
		{name: "lower-case sig", attempt: attempt{sig: strings.ToLower(sig)}},
		{name: "content type without charset", attempt: attempt{header: map[string]string{"Content-Type": "application/json"}}},
		{name: "numbers in the place of strings", attempt: attempt{body: `{"to":13800000000,"appId":"` + appID + `","templateId":1,"datas":[4653,2]}`}},
		{name: "XML", attempt: attempt{header: xml, body: strings.ReplaceAll(xmlBody, "%s", "TemplateSMS")}},
		{name: "XML with the root of the vendor's Go SDK", attempt: attempt{header: xml, body: strings.ReplaceAll(xmlBody, "%s", "SendRequest")}},
		{name: "mounted below a path", attempt: attempt{path: "/ronglian" + templatePath}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(rongliansim.Config{})
			body, verdict := tt.attempt.do(t, s)
			require.JSONEq(t, acceptedJSON, body)
			require.Empty(t, verdict)
			require.Equal(t, "【云通讯】4653 2", s.Texts()[0].Text)
		})
	}
}

// TestXMLReplies compares with the literal replies of the vendor.
func TestXMLReplies(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{Limits: true})
	accept := map[string]string{"Accept": "application/xml"}
	body, _ := attempt{header: accept}.do(t, s)
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Response><statusCode>000000</statusCode>`+
		`<TemplateSMS><smsMessageSid>0000000065930ca50000000000000001</smsMessageSid><dateCreated>20240102030405</dateCreated></TemplateSMS></Response>`, body)
	body, _ = attempt{header: accept}.do(t, s)
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Response><statusCode>160038</statusCode>`+
		`<statusMsg>短信验证码发送过频繁</statusMsg></Response>`, body)
	body, _ = attempt{path: arrivedPath, header: accept, body: `{"appId":"` + appID + `"}`}.do(t, s)
	require.Contains(t, body, "<reports><action>SMSArrived</action><smsType>1</smsType>")
}

func TestSubAccount(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{SubAccountSID: subSID, SubAuthToken: subToken})
	sub := attempt{path: subPath, sig: subSig, authorization: subSID + ":20240102030405"}
	body, _ := sub.do(t, s)
	require.JSONEq(t, acceptedJSON, body)
	require.Equal(t, subSID, s.Texts()[0].Mailbox)
	sub.sig = sig
	body, verdict := sub.do(t, s)
	require.Contains(t, body, `"111109"`)
	require.Contains(t, verdict, "sig")
	sub.path = "/2013-12-26/SubAccounts/" + subSID + "/AccountInfo"
	_, verdict = sub.do(t, s)
	require.Contains(t, verdict, "path")
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	body, _ := attempt{body: login("13800000000,13800000001")}.do(t, s)
	require.JSONEq(t, acceptedJSON, body)
	messages := s.Texts()
	require.Len(t, messages, 2)
	require.Equal(t, messages[0].ID, messages[1].ID, "one id for all numbers of a request")
	require.Equal(t, "+8613800000001", messages[1].To)
}

func TestInternational(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	body, _ := attempt{path: internationalPath, body: `{"appId":"` + appID + `","mobile":"006013800000","content":"Your code is 4653"}`}.do(t, s)
	require.JSONEq(t, acceptedJSON, body)
	require.Equal(t, "+6013800000", s.Texts()[0].To)
	require.Equal(t, "【云通讯】Your code is 4653", s.Texts()[0].Text)
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	fen := 112
	s, _, _ := newServer(rongliansim.Config{Balance: &fen, Price: 50})
	money := func() string {
		body, _ := attempt{path: infoPath}.do(t, s)
		return body
	}
	require.JSONEq(t, `{"statusCode":"000000","Account":{"balance":"1.12"}}`, money())
	attempt{}.do(t, s)
	body, verdict := attempt{body: login("13800000000,13800000001")}.do(t, s)
	require.JSONEq(t, `{"statusCode":"111142","statusMsg":"主账号余额不足"}`, body)
	require.Contains(t, verdict, "balance")
	require.JSONEq(t, `{"statusCode":"000000","Account":{"balance":"0.62"}}`, money())
	attempt{}.do(t, s)
	require.JSONEq(t, `{"statusCode":"000000","Account":{"balance":"0.12"}}`, money())
}

func TestBalanceWithoutEnd(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	body, _ := attempt{path: infoPath}.do(t, s)
	require.JSONEq(t, `{"statusCode":"000000","Account":{"balance":"10000.00"}}`, body, "it is not empty")
}

func TestInternationalCostsMoney(t *testing.T) {
	t.Parallel()
	fen := 5
	s, _, _ := newServer(rongliansim.Config{Balance: &fen})
	abroad := attempt{path: internationalPath, body: `{"appId":"` + appID + `","mobile":"006013800000","content":"x"}`}
	body, _ := abroad.do(t, s)
	require.Contains(t, body, `"000000"`)
	body, _ = abroad.do(t, s)
	require.Contains(t, body, `"111142"`)
}

func TestTrial(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{Trial: true, TestNumbers: []string{"13800000000"}})
	body, verdict := attempt{}.do(t, s)
	require.JSONEq(t, acceptedJSON, body)
	require.Empty(t, verdict)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s, _, clock := newServer(rongliansim.Config{Limits: true})
	send := func(body string) string {
		answer, _ := attempt{body: body}.do(t, s)
		return answer
	}
	require.Contains(t, send(loginBody), `"000000"`)
	require.JSONEq(t, `{"statusCode":"160038","statusMsg":"短信验证码发送过频繁"}`, send(loginBody))
	require.Contains(t, send(login("13900000000")), `"000000"`, "another number has limits of its own")
	require.Contains(t, send(strings.Replace(loginBody, `"templateId":"1"`, `"templateId":"2"`, 1)), `"000000"`, "another template too")
	for range 4 {
		clock.Advance(time.Minute)
		require.Contains(t, send(loginBody), `"000000"`)
	}
	clock.Advance(time.Minute)
	require.JSONEq(t, `{"statusCode":"160040","statusMsg":"验证码超出同模板同号码天发送上限"}`, send(loginBody))
	clock.Advance(21*time.Hour - 6*time.Minute) // past midnight in Beijing, and within the signature's day
	require.Contains(t, send(loginBody), `"000000"`)
}

func TestRepeatedReqID(t *testing.T) {
	t.Parallel()
	s, _, clock := newServer(rongliansim.Config{})
	body := strings.Replace(loginBody, "}", `,"reqId":"a1B2"}`, 1)
	answer, _ := attempt{body: body}.do(t, s)
	require.Contains(t, answer, `"000000"`)
	require.Equal(t, "a1B2", s.Texts()[0].Ref)
	answer, verdict := attempt{body: body}.do(t, s)
	require.Contains(t, answer, `"160054"`)
	require.Contains(t, verdict, "reqId")
	clock.Advance(21 * time.Hour)
	answer, _ = attempt{body: body}.do(t, s)
	require.Contains(t, answer, `"000000"`, "the next day it may come again")
}

func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	for _, path := range []string{templatePath, internationalPath, arrivedPath, infoPath} {
		sim.MustInject(t, s, sim.Fault{Kind: provider.KindBalance})
		body := `{"to":"13800000000","mobile":"006013800000","content":"x","appId":"` + appID + `","templateId":"1"}`
		answer, verdict := attempt{path: path, body: body}.do(t, s)
		require.Contains(t, answer, `"111142"`, path)
		require.Equal(t, "scripted refusal", verdict)
	}
	require.Empty(t, s.Texts())
}
