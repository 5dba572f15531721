package mobsim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/sim"
)

// TestM1Multipart sends forms in parts, over a real connection.
func TestM1Multipart(t *testing.T) {
	t.Parallel()
	account := mobsim.New(mobsim.Config{AppKey: appKey})
	s := sim.Start(t, account, account.Custom())
	require.Equal(t, done, wiretest.PostMultipart(t, s.URL()+sendmsg, fields()))
	require.Equal(t, done, wiretest.PostMultipart(t, s.URL()+checkcode, fields("code", wiretest.LastCode(s))))
	require.Equal(t, done, wiretest.PostMultipart(t, s.URL()+mobsim.SDKPath, fields()))
	require.Equal(t, done, wiretest.PostMultipart(t, s.URL()+verify, fields("code", wiretest.LastCode(s))))
	require.Equal(t, done, wiretest.PostMultipart(t, s.URL()+customMsg, customFields("code", "中文")))
	require.Equal(t, "【示例】中文", s.Texts()[2].Text)
	require.Equal(t, `{"status":405}`, wiretest.PostMultipart(t, s.URL()+sendmsg, fields("appkey", "")))
}

// TestM1Places: a form may stand in the query, in the body, or in both.
func TestM1Places(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	body, verdict := exchange(t, s, http.MethodPost, sendmsg+"?"+fields().Encode(), "")
	require.Equal(t, done, body, verdict)
	body, verdict = exchange(t, s, http.MethodPost, sendmsg+"?appkey="+appKey, "zone=86&phone="+phone)
	require.Equal(t, done, body, verdict)
	for content, says := range map[string]string{
		`{"appkey":"1"}`: "appkey: empty (a part of the body is no form: looks like JSON; want a form)",
		"--b\r\nContent-Disposition: form-data; name=\"appkey\"\r\n\r\n1\r\n--b--\r\n": "appkey: empty (a part of the body is no form: looks like multipart/form-data",
		"appkey": "appkey: empty (a part of the body is no form: no form: there is no = in it",
	} {
		_, verdict = exchange(t, s, http.MethodPost, sendmsg, content)
		require.True(t, strings.HasPrefix(verdict, says), verdict)
	}
	_, verdict = exchange(t, s, http.MethodGet, sendmsg+"?appkey="+appKey+"&zone=%zz", "")
	require.Contains(t, verdict, `zone: empty (a part of the query is no form: invalid URL escape "%zz")`)
}

func TestM2Constructor(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 70)
	for field, cfgs := range map[string][]mobsim.Config{
		"AppKey":       {{}},
		"CodeLength":   {{AppKey: appKey, CodeLength: -1}, {AppKey: appKey, CodeLength: 21}},
		"CodeLife":     {{AppKey: appKey, CodeLife: -1}},
		"AllowedIPs":   {{AppKey: appKey, AllowedIPs: []string{"localhost"}}, {AppKey: appKey, AllowedIPs: []string{"127.0.0.1, 192.0.2.1"}}, {AppKey: appKey, AllowedIPs: []string{""}}},
		"Zones":        {{AppKey: appKey, Zones: []string{"+86"}}, {AppKey: appKey, Zones: []string{""}}},
		"Blocked":      {{AppKey: appKey, Blocked: []string{phone}}, {AppKey: appKey, Blocked: []string{"+"}}, {AppKey: appKey, Blocked: []string{"+0"}}},
		"BlockedWords": {{AppKey: appKey, BlockedWords: []string{"彩票", ""}}},
		"Templates": {
			{AppKey: appKey, Templates: map[string]string{"": "{code}"}},
			{AppKey: appKey, Templates: map[string]string{"1": long + "{code}"}},
			{AppKey: appKey, Templates: map[string]string{"1": "您的号码是{phone}"}},
		},
	} {
		for _, cfg := range cfgs {
			func() {
				defer func() { require.Contains(t, recover(), "Config."+field+":") }()
				mobsim.New(cfg)
			}()
		}
	}
	s, _ := newServer(mobsim.Config{CodeLength: 20, AllowedIPs: []string{"::ffff:127.0.0.1"}, Templates: map[string]string{"1001": long[3:] + "{code}"}})
	body, verdict := post(t, s, sendmsg, fields())
	require.Equal(t, done, body, verdict)
	require.Len(t, wiretest.LastCode(s), 20)
	body, verdict = post(t, s, customMsg, customFields("code", "1"))
	require.Equal(t, done, body, verdict)
}

// TestM4NotSimulated: calls of the phones' SDK. No source has other calls of the web
// interface.
func TestM4NotSimulated(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	for _, path := range []string{"/verify/code", "/voice/verify/code", "/client/verification", "/token/get", "/v3/token/get", "/utils/zonelist"} {
		body, verdict := post(t, s, path, nil)
		require.Contains(t, body, `{"status":400,"error":"not simulated: /`, path)
		require.True(t, strings.HasPrefix(verdict, "path: not simulated: "), verdict)
	}
	require.Equal(t, http.StatusNotFound, wiretest.Ask(t, s, http.MethodPost, "/sms/nothing", "", nil).Status, "unknown, as before")
}
