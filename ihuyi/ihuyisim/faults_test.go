package ihuyisim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

// TestM1Multipart sends a form as public PHP clients do, over a real connection.
func TestM1Multipart(t *testing.T) {
	t.Parallel()
	s := sim.Start(t, ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey}))
	require.Contains(t, wiretest.PostMultipart(t, s.URL()+submit, plain()), `"code":2,`)
	require.Equal(t, "【互亿无线】您的验证码是：1234。", s.Texts()[0].Text)
	require.True(t, strings.HasPrefix(s.Exchanges()[0].Header.Get("Content-Type"), "multipart/form-data;"))
	require.Contains(t, wiretest.PostMultipart(t, s.URL()+"/sms/GetNum.json", plain()), `"num":1000000`)
	require.Contains(t, wiretest.PostMultipart(t, s.URL()+submit, plain("account", "")), `"code":401,`)
	require.Equal(t, "account: empty", s.Exchanges()[2].Verdict)
}

// TestM1Unreadable: the verdict says what the body is, and the answer has the format
// that the query asks for.
func TestM1Unreadable(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		`{"account":"A"}`: "body: looks like JSON",
		"--b\r\nContent-Disposition: form-data; name=\"account\"\r\n\r\nA\r\n--b--\r\n": "body: looks like multipart/form-data",
		"account=%zz": `body: invalid URL escape "%zz"`,
		"<a/>":        "body: looks like XML",
	} {
		s, _ := newServer(ihuyisim.Config{})
		e := wiretest.Ask(t, s, http.MethodPost, submit+"&format=json", body, nil)
		require.Contains(t, string(e.Reply), `{"code":401,`)
		require.True(t, strings.HasPrefix(e.Verdict, says), e.Verdict)
	}
}

func TestM2Constructor(t *testing.T) {
	t.Parallel()
	for field, cfgs := range map[string][]ihuyisim.Config{
		"Account": {{}, {APIKey: apiKey}},
		"APIKey":  {{Account: account}},
		"Texts": {
			{Account: account, APIKey: apiKey, Texts: []string{""}},
			{Account: account, APIKey: apiKey, Texts: []string{"您好😀"}},
			{Account: account, APIKey: apiKey, Texts: []string{strings.Repeat("长", 500) + "【变量】"}},
		},
		"Templates": {
			{Account: account, APIKey: apiKey, Templates: map[string]string{"": "【变量】"}},
			{Account: account, APIKey: apiKey, International: true, Templates: map[string]string{"1": "【变量】"}},
		},
		"Blocked": {
			{Account: account, APIKey: apiKey, Blocked: []string{"1380000000"}},
			{Account: account, APIKey: apiKey, International: true, Blocked: []string{"13800000000"}},
		},
	} {
		for _, cfg := range cfgs {
			func() {
				defer func() { require.Contains(t, recover(), "Config."+field+":") }()
				ihuyisim.New(cfg)
			}()
		}
	}
	s, _ := newServer(ihuyisim.Config{Texts: []string{strings.Repeat("长", 499) + "【变量】"}})
	_, verdict := wiretest.PostForm(t, s, submit, plain("content", strings.Repeat("长", 499)+"1"))
	require.Empty(t, verdict, "the longest that can be sent")
}

// TestM4NotSimulated: calls of the service that the simulator has not.
func TestM4NotSimulated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address string
		form    url.Values
		reply   string
		part    string
	}{
		{"/webservice/sms.php?method=AddTemplate", plain(), `{"code":0,"msg":"not simulated: AddTemplate","templateid":"0"}`, "method: "},
		{"/webservice/sms.php", plain("method", "AddTemplate"), `{"code":0,"msg":"not simulated: AddTemplate","templateid":"0"}`, "method: "},
		{"/webservice/sms.php?method=AddTemplate", nil, "<AddTemplateResult xmlns=\"http://106.ihuyi.cn/\">\n<code>0</code>\n<msg>not simulated: AddTemplate</msg>", "method: "},
		{"/sms/AddTemplate.json", url.Values{}, `{"code":0,"msg":"not simulated: AddTemplate","templateid":"0"}`, "method: "},
		{"/webservice/sms.php?WSDL", nil, "<msg>not simulated: WSDL</msg>", "query: "},
		{"/webservice/sms.php?wsdl", nil, "<msg>not simulated: WSDL</msg>", "query: "},
		{"/webservice/voice.php?method=Submit", plain(), `{"code":0,"msg":"not simulated: voice.php","smsid":"0"}`, "path: "},
	} {
		s, _ := newServer(ihuyisim.Config{})
		body, verdict := wiretest.PostForm(t, s, tt.address, tt.form)
		require.Contains(t, body, tt.reply, tt.address)
		require.True(t, strings.HasPrefix(verdict, tt.part+"not simulated: "), verdict)
		require.Empty(t, s.Texts())
	}
	s, _ := newServer(ihuyisim.Config{})
	soap := http.Header{"Soapaction": {`"http://106.ihuyi.cn/Submit"`}}
	require.Equal(t, "SOAPAction: not simulated: SOAP", wiretest.Ask(t, s, http.MethodPost, "/webservice/sms.php", "<soap:Envelope/>", soap).Verdict)

	for _, address := range []string{"/webservice/sms.php?method=Nothing", "/webservice/sms.php?method=addtemplate", "/webservice/sms.php"} {
		body, verdict := wiretest.PostForm(t, s, address, plain())
		require.Contains(t, body, "404", address)
		require.NotContains(t, verdict, "not simulated")
	}
}

// TestM5WrongPassword: more causes, and where none fits, what was tried.
func TestM5WrongPassword(t *testing.T) {
	t.Parallel()
	good := signed()
	mobile, content, at := good.Get("mobile"), good.Get("content"), good.Get("time")
	for password, says := range map[string]string{
		hash(account, hash(apiKey), mobile, content, at): "made with the MD5 of the APIKEY",

		hash(apiKey): "made of the APIKEY alone",

		hash(account, mobile, content, at): "made without the APIKEY",

		strings.ToUpper(hash(account, apiKey, content, at)): "made without mobile",

		hash(account, "another key", mobile, content, at): "wrong; tested: made without mobile, ",
	} {
		s, _ := newServer(ihuyisim.Config{})
		form := signed()
		form.Set("password", password)
		_, verdict := wiretest.PostForm(t, s, submit, form)
		require.True(t, strings.HasPrefix(verdict, "password: "+says), verdict)
		require.Equal(t, strings.HasPrefix(says, "wrong"), strings.Contains(verdict, "and made with a time up to 5 seconds away; want"), verdict)
		require.NotContains(t, verdict, apiKey)
	}
	s, _ := newServer(ihuyisim.Config{})
	_, verdict := wiretest.PostForm(t, s, submit, plain("password", hash(apiKey)))
	require.Contains(t, verdict, "password: the MD5 of the APIKEY; ")
}
