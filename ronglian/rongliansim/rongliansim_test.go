package rongliansim_test

import (
	"fmt"
	"io"
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
	abroadBody   = `{"appId":"` + appID + `","mobile":"006013800000","content":"Your code is 4653"}`
)

// at is 20240102030405 on the service's clock.
var at = time.Date(2024, time.January, 1, 19, 4, 5, 0, time.UTC)

func newServer(cfg rongliansim.Config) (*sim.Server, *rongliansim.Service, *wiretest.Clock) {
	cfg.AccountSID, cfg.AuthToken, cfg.AppID = accountSID, authToken, appID
	c := wiretest.NewClock(at)
	service := rongliansim.New(cfg)
	return sim.New(sim.Config{Now: c.Now}, service), service, c
}

// change makes another request of the worked example.
type change = func(r *http.Request)

func to(path, body string) change {
	return func(r *http.Request) {
		if r.URL.Path = path; path == infoPath {
			r.Method = http.MethodGet
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
}

func body(body string) change { return to(templatePath, body) }

func sigOf(value string) change { return func(r *http.Request) { r.URL.RawQuery = "sig=" + value } }

// auth is another Authorization, before base64.
func auth(plain string) change { return header("Authorization", encoded(plain)) }

func header(name, value string) change {
	return func(r *http.Request) { r.Header[name] = []string{value} }
}

func accountAt(account string) change {
	return func(r *http.Request) {
		to(strings.Replace(templatePath, accountSID, account, 1), loginBody)(r)
		auth(account + ":20240102030405")(r)
	}
}

func subAccount(r *http.Request) {
	to(subPath, loginBody)(r)
	auth(subSID + ":20240102030405")(r)
	sigOf(subSig)(r)
}

func bySub(cfg rongliansim.Config) rongliansim.Config {
	cfg.SubAccountSID, cfg.SubAuthToken = subSID, subToken
	return cfg
}

// do makes the request and returns the reply and what the simulator says of it.
func do(t *testing.T, s *sim.Server, changes ...change) (body, verdict string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim.example"+templatePath+"?sig="+sig, strings.NewReader(loginBody))
	require.NoError(t, err)
	r.Header = http.Header{
		"Accept": {"application/json"}, "Content-Type": {"application/json;charset=utf-8"}, "Authorization": {encoded(accountSID + ":20240102030405")},
	}
	for _, apply := range changes {
		apply(r)
	}
	e := wiretest.Do(t, s, r)
	return string(e.Reply), e.Verdict
}

// with is the worked example with something else in it, adding with one field more.
func with(old, replacement string) change {
	return body(strings.Replace(loginBody, old, replacement, 1))
}

func adding(field string) change { return with("}", ","+field+"}") }

func numbers(list string) change { return with("13800000000", list) }

// xmlBody is the worked example in XML.
func xmlBody(root string) string {
	return `<?xml version='1.0' encoding='utf-8'?><` + root + `><appId>` + appID + `</appId><to>13800000000</to>` +
		`<templateId>1</templateId><datas><data>4653</data><data>2</data></datas></` + root + `>`
}

// many is a list of n numbers.
func many(n int) string {
	list := "13800000000"
	for i := 1; i < n; i++ {
		list += fmt.Sprintf(",1380000%04d", i)
	}
	return list
}

func abroad(mobile, content string) change {
	return to(internationalPath, fmt.Sprintf(`{"appId":%q,"mobile":%q,"content":%q}`, appID, mobile, content))
}

func news(fields string) change { return to(arrivedPath, `{"appId":"`+appID+`"`+fields+`}`) }

func TestAccepted(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{Templates: map[string]string{"1": "您的验证码是{1}，请于{2}分钟内正确输入"}})
	reply, verdict := do(t, s)
	require.JSONEq(t, acceptedJSON, reply)
	require.Empty(t, verdict)
	require.Equal(t, []sim.Text{{
		Seq: 1, At: at, Service: "ronglian", Mailbox: accountSID, ID: "0000000065930ca50000000000000001", To: "+8613800000000",
		Sign: "云通讯", Template: "1", Params: []string{"4653", "2"}, Text: "【云通讯】您的验证码是4653，请于2分钟内正确输入", Code: "4653",
	}}, s.Texts())
}

// TestVariants covers what the real service is known to take besides.
func TestVariants(t *testing.T) {
	t.Parallel()
	inXML := header("Content-Type", "application/xml;charset=utf-8")
	for name, changes := range map[string][]change{
		"lower-case sig":                  {sigOf(strings.ToLower(sig))},
		"content type without charset":    {header("Content-Type", "application/json")},
		"numbers in the place of strings": {body(`{"to":13800000000,"appId":"` + appID + `","templateId":1,"datas":[4653,2]}`)},
		"XML":                             {inXML, body(xmlBody("TemplateSMS"))},
		"XML with the root of the vendor's Go SDK": {inXML, body(xmlBody("SendRequest"))},
		"mounted below a path":                     {to("/ronglian"+templatePath, loginBody)},
		"sub-account":                              {subAccount},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(bySub(trial))
			reply, verdict := do(t, s, changes...)
			require.JSONEq(t, acceptedJSON, reply)
			require.Empty(t, verdict)
			require.Equal(t, "【云通讯】4653 2", s.Texts()[0].Text)
			require.Contains(t, s.Exchanges()[0].URL, "/"+s.Texts()[0].Mailbox+"/")
		})
	}
}

// TestXMLReplies compares with the literal replies of the vendor.
func TestXMLReplies(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{Limits: true})
	const start = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Response>`
	inXML := header("Accept", "application/xml")
	reply, _ := do(t, s, inXML)
	require.Equal(t, start+`<statusCode>000000</statusCode><TemplateSMS><smsMessageSid>0000000065930ca50000000000000001</smsMessageSid>`+
		`<dateCreated>20240102030405</dateCreated></TemplateSMS></Response>`, reply)
	reply, _ = do(t, s, inXML)
	require.Equal(t, start+`<statusCode>160038</statusCode><statusMsg>短信验证码发送过频繁</statusMsg></Response>`, reply)
	reply, _ = do(t, s, inXML, news(""))
	require.Contains(t, reply, "<reports><action>SMSArrived</action><smsType>1</smsType>")
}

// trial is a trial account.
var trial = rongliansim.Config{Trial: true, TestNumbers: []string{"13800000000"}}

// TestRefused spoils one part of a request at a time: the simulator answers with the
// service's code and names the part.
func TestRefused(t *testing.T) {
	t.Parallel()
	none := 0
	var plain rongliansim.Config
	approved := rongliansim.Config{Templates: map[string]string{"1": "{1}，{2}分钟内有效", "3": "您好"}, Blocked: []string{"13900000000", "006013800000"}}
	tests := []struct {
		cfg           rongliansim.Config
		change        change
		code, verdict string // the verdict's beginning
	}{
		{plain, to("/2014-01-01/Accounts/"+accountSID+"/SMS/TemplateSMS", loginBody), "111110", "path: the version"},
		{plain, to("/v1/account/"+accountSID+"/international/send", abroadBody), "111110", "path: the version"},
		{plain, accountAt("a-b"), "111100", "path: the account is not made of"},
		{plain, accountAt("abc"), "111141", "path: no such account"},
		{plain, subAccount, "111157", "path: no such sub-account"},
		{plain, auth("abc:20240102030405"), "111107", "Authorization: the account is not the one"},
		{plain, header("Authorization", ""), "111101", "Authorization: empty"},
		{plain, header("Authorization", "***"), "111102", "Authorization: not base64"},
		{plain, auth("abc"), "111103", "Authorization: want"},
		{plain, auth(":20240102030405"), "111104", "Authorization: the account is empty"},
		{plain, auth(accountSID + ":"), "111105", "Authorization: the timestamp is empty"},
		{plain, auth(accountSID + ":1704135845"), "111113", "Authorization: the timestamp is not"},
		{plain, auth(accountSID + ":20240101030404"), "111106", "Authorization: the timestamp is 24h0m1s away"},
		{plain, auth(accountSID + ":20240103030406"), "111106", "Authorization: the timestamp is 24h0m1s away"},
		{plain, sigOf(""), "111108", "sig: empty"},
		{plain, sigOf(subSig), "111109", "sig: want"},
		{rongliansim.Config{StrictSig: true}, sigOf(strings.ToLower(sig)), "111109", "sig: right but for the case"},
		{plain, sigOf("19B455393D38812F2E4992EBD40E36CC"), "111109", "sig: made with the timestamp 20240102030404"},
		{plain, auth(accountSID + ":20240102030406"), "111109", "sig: made with the timestamp 20240102030405"},
		{plain, auth(accountSID + ":20240102050405"), "111109", "sig: want"},
		{plain, func(r *http.Request) { r.Method = http.MethodPut }, "112602", "method: want POST"},
		{plain, header("Accept", ""), "112610", "Accept: empty"},
		{plain, header("Content-Type", ""), "112611", "Content-Type: empty"},
		{plain, body(""), "112604", "body: empty"},
		{plain, func(r *http.Request) { r.ContentLength = -1 }, "112612", "Content-Length: empty"},
		{plain, body("to=13800000000"), "112616", "body: not the expected JSON"},
		{plain, header("Content-Type", "text/xml"), "112616", "body: not the expected XML"},
		{plain, body(`{"to":["13800000000"]}`), "112616", "to: got a JSON array"},
		{plain, body(`{"to":true}`), "112616", "to: got a JSON bool"},

		{plain, with(appID, ""), "111169", "appId: empty"},
		{plain, with(appID, "abc"), "111181", "appId: no such application"},
		{plain, numbers(""), "112306", "to: empty"},
		{plain, numbers("1380000000"), "160042", "to: number 1 is not 11 digits"},
		{plain, numbers("13800000000,+8613800000001"), "160042", "to: number 2 is not 11 digits"},
		{plain, numbers("13800000000,"), "112316", "to: number 2 of the list is empty"},
		{plain, numbers("13800000000,13800000000"), "160045", "to: number 2 stands in the list before"},
		{plain, numbers(many(201)), "160048", "to: 201 numbers"},
		{approved, numbers("13800000000,13900000000"), "160034", "to: number 2 is on the blacklist"},
		{plain, with(`"templateId":"1"`, `"templateId":""`), "112307", "templateId: empty"},
		{plain, with(`"templateId":"1"`, `"templateId":"SMS1"`), "112318", "templateId: not a number"},
		{approved, with(`"templateId":"1"`, `"templateId":"2"`), "160032", "templateId: no such template"},
		{approved, with(`,"datas":["4653","2"]`, ""), "112308", "datas: empty"},
		{approved, with(`["4653","2"]`, `["4653"]`), "160052", "datas: 1 values for 2 variables"},
		{approved, with(`"templateId":"1"`, `"templateId":"3"`), "160052", "datas: 2 values for 0 variables"},
		{plain, with("4653", strings.Repeat("长", 251)), "160020", "datas: the text is over"},
		{plain, adding(`"subAppend":"abc"`), "160065", "subAppend: want"},
		{plain, adding(`"reqId":"` + strings.Repeat("a", 33) + `"`), "160055", "reqId: over"},
		{plain, adding(`"reqId":"a-b"`), "160031", "reqId: want letters and digits"},
		{rongliansim.Config{Balance: &none}, adding(`"reqId":"a"`), "111142", "balance: 0 left"},
		{trial, with(`"templateId":"1"`, `"templateId":"2"`), "160032", "templateId: a trial account"},
		{trial, numbers("13800000001"), "113302", "to: number 1 is not registered"},
		{trial, with("4653", "46530"), "161125", "datas: value 1 is not one to four digits"},

		{plain, abroad("", "x"), "160044", "mobile: empty"},
		{plain, abroad("006013800000,0012025550123", "x"), "160059", "mobile: several numbers"},
		{plain, abroad("+6013800000", "x"), "160042", "mobile: want 00"},
		{plain, abroad("00601380", "x"), "160042", "mobile: want 00"},
		{plain, abroad("008613800000000", "x"), "160061", "mobile: a mainland number"},
		{rongliansim.Config{Mainland: true}, abroad("006013800000", "x"), "160058", "mobile: the account may not send abroad"},
		{approved, abroad("006013800000", "x"), "160034", "mobile: on the blacklist"},
		{plain, abroad("006013800000", ""), "160035", "content: empty"},
		{plain, abroad("006013800000", strings.Repeat("x", 251)), "160020", "content: over"},

		{plain, news(`,"smsType":"2"`), "160047", "smsType: neither 0 nor 1"},
		{plain, news(`,"count":"many"`), "112329", "count: not a number above 0"},
		{plain, news(`,"count":0`), "112329", "count: not a number above 0"},
		{plain, news(`,"count":501`), "112330", "count: over 500"},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", i, tt.verdict), func(t *testing.T) {
			t.Parallel()
			s, service, _ := newServer(tt.cfg)
			reply, verdict := do(t, s, tt.change)
			row, _ := service.Codes().Lookup(tt.code)
			require.JSONEq(t, fmt.Sprintf(`{"statusCode":%q,"statusMsg":%q}`, tt.code, row.Words), reply)
			require.Regexp(t, "^"+tt.verdict, verdict)
			require.Empty(t, s.Texts())
		})
	}
}

// TestBounds grants what is just within them.
func TestBounds(t *testing.T) {
	t.Parallel()
	s, _, clock := newServer(rongliansim.Config{})
	clock.Advance(24 * time.Hour)
	for name, apply := range map[string]change{
		"numbers": numbers(many(200)), "characters": with("4653", strings.Repeat("长", 248)), "extras": adding(`"subAppend":"1234","reqId":"` + subSID + `"`),
		"characters abroad": abroad("001234567", strings.Repeat("x", 250)), "reports": news(`,"count":500`),
	} {
		_, verdict := do(t, s, apply)
		require.Empty(t, verdict, name)
	}
}

func TestUnknownCalls(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(bySub(rongliansim.Config{}))
	for _, path := range []string{
		"/2013-12-26/Accounts/" + accountSID + "/SMS/QueryNothing", "/Accounts/x/SMS/TemplateSMS/more", "/2013-12-26/Accounts/" + accountSID,
		"/2013-12-26/SubAccounts/" + subSID + "/AccountInfo",
	} {
		reply, verdict := do(t, s, to(path, loginBody))
		require.Contains(t, reply, "404", path)
		require.Contains(t, verdict, "path: ", path)
	}
	_, verdict := do(t, s, to("/account/balance.do", loginBody))
	require.Contains(t, verdict, "no service owns", "another service's address")
}

func TestInternational(t *testing.T) {
	t.Parallel()
	fen := 5
	s, _, _ := newServer(rongliansim.Config{Balance: &fen})
	reply, _ := do(t, s, to(internationalPath, strings.Replace(loginBody, "}", `,"reqId":"a1",`+abroadBody[1:], 1)))
	require.JSONEq(t, acceptedJSON, reply)
	require.Equal(t, []sim.Text{{
		Seq: 1, At: at, Service: "ronglian", Mailbox: accountSID, ID: "0000000065930ca50000000000000001", To: "+6013800000",
		Sign: "云通讯", Text: "【云通讯】Your code is 4653", Code: "4653",
	}}, s.Texts(), "the fields of mainland texts are not read")
	reply, _ = do(t, s, abroad("006013800000", "x"))
	require.Contains(t, reply, `"111142"`, "it costs money")
}

func TestBalance(t *testing.T) {
	t.Parallel()
	fen := 212
	s, _, _ := newServer(rongliansim.Config{Balance: &fen, Price: 50})
	left := func(s *sim.Server, yuan string) {
		t.Helper()
		reply, _ := do(t, s, to(infoPath, ""))
		require.JSONEq(t, `{"statusCode":"000000","Account":{"balance":"`+yuan+`"}}`, reply)
	}
	left(s, "2.12")
	do(t, s, numbers("13800000000,13800000001"))
	left(s, "1.12")
	do(t, s)
	_, verdict := do(t, s, numbers("13800000000,13800000001"))
	require.Equal(t, "balance: 62 left, and 100 wanted", verdict)
	do(t, s)
	left(s, "0.12")
	s, _, _ = newServer(rongliansim.Config{})
	left(s, "10000.00") // without an end
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s, _, clock := newServer(rongliansim.Config{Limits: true})
	answers := func(code string, changes ...change) {
		t.Helper()
		reply, _ := do(t, s, changes...)
		require.Contains(t, reply, `"`+code+`"`)
	}
	answers("000000")
	answers("160038")
	answers("000000", numbers("13900000000")) // another number has limits of its own
	answers("000000", with(`"templateId":"1"`, `"templateId":"2"`))
	for range 4 {
		clock.Advance(time.Minute)
		answers("000000")
	}
	clock.Advance(time.Minute)
	answers("160040")
	clock.Advance(21*time.Hour - 6*time.Minute) // past midnight in Beijing, and within the signature's day
	answers("000000")
}

func TestRepeatedReqID(t *testing.T) {
	t.Parallel()
	s, _, clock := newServer(rongliansim.Config{})
	once := adding(`"reqId":"a1B2"`)
	sim.MustInject(t, s, sim.Fault{Kind: provider.KindTemplate})
	reply, verdict := do(t, s, once)
	require.JSONEq(t, `{"statusCode":"160032","statusMsg":"短信模板无效"}`, reply)
	require.Equal(t, "scripted refusal", verdict)
	reply, _ = do(t, s, once)
	require.Contains(t, reply, `"000000"`, "what was refused has used no reqId")
	require.Equal(t, "a1B2", s.Texts()[0].Ref)
	reply, verdict = do(t, s, once)
	require.Contains(t, reply, `"160054"`)
	require.Equal(t, "reqId: used before today", verdict)
	clock.Advance(21 * time.Hour)
	reply, _ = do(t, s, once)
	require.Contains(t, reply, `"000000"`, "the next day it may come again")
}

// TestScriptedKinds asks for kinds of failure: a likely code comes.
func TestScriptedKinds(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	for kind, code := range map[provider.Kind]string{
		provider.KindBalance: "111142", provider.KindThrottled: "160015", provider.KindRecipient: "160042", provider.KindAuth: "161100",
	} {
		sim.MustInject(t, s, sim.Fault{Kind: kind})
		reply, _ := do(t, s)
		require.Contains(t, reply, code)
	}
}
