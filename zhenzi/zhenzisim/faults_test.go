package zhenzisim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// TestM1Multipart sends forms in parts, over a real connection.
func TestM1Multipart(t *testing.T) {
	t.Parallel()
	s := sim.Start(t, zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret}))
	require.JSONEq(t, sent, wiretest.PostMultipart(t, s.URL()+sendText, textForm()))
	require.JSONEq(t, sent, wiretest.PostMultipart(t, s.URL()+sendTemplate, templateForm("messageId", "m-0002")))
	require.Equal(t, []string{"1234", "5分钟"}, s.Texts()[1].Params)
	require.Contains(t, wiretest.PostMultipart(t, s.URL()+balance, form()), `"code":0`)
	require.Contains(t, wiretest.PostMultipart(t, s.URL()+lookup, form("messageId", "m-0001")), "您的验证码为：1234")
}

// TestM1Unreadable: the verdict says what the body is.
func TestM1Unreadable(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		`{"appId":"1"}`: "body: looks like JSON; want a form",
		"--b\r\nContent-Disposition: form-data; name=\"appId\"\r\n\r\n1\r\n--b--\r\n": "body: looks like multipart/form-data",
		"appId=%zz": `body: invalid URL escape "%zz"`,
	} {
		reply, verdict := exchange(t, newServer(zhenzisim.Config{}), http.MethodPost, sendText, body)
		require.Contains(t, reply, `"code":100`)
		require.True(t, strings.HasPrefix(verdict, says), verdict)
	}
}

func TestM2Constructor(t *testing.T) {
	t.Parallel()
	below := -1
	for field, cfgs := range map[string][]zhenzisim.Config{
		"AppID":      {{}, {AppSecret: appSecret}},
		"AppSecret":  {{AppID: appID}},
		"Balance":    {{AppID: appID, AppSecret: appSecret, Balance: &below}},
		"DailyLimit": {{AppID: appID, AppSecret: appSecret, DailyLimit: -1}},
		"Templates":  {{AppID: appID, AppSecret: appSecret, Templates: map[string]string{"": "{}"}}},
	} {
		for _, cfg := range cfgs {
			func() {
				defer func() { require.Contains(t, recover(), "Config."+field+":") }()
				zhenzisim.New(cfg)
			}()
		}
	}
}
