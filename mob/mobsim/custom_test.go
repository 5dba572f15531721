package mobsim_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/mob/mobsim"
)

func TestCustomAccepted(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{
		AppName: "小店", Templates: map[string]string{"1001": "验证码{code}，{minutes}分钟内有效。"},
	})
	body, verdict := post(t, s, customMsg, customFields("minutes", "5"))
	require.Equal(t, done, body)
	require.Empty(t, verdict)
	m := s.Texts()[0]
	require.Equal(t, "+8613800138000", m.To)
	require.Equal(t, "1001", m.Template)
	require.Equal(t, []string{"042137", "5"}, m.Params)
	require.Equal(t, "【小店】验证码042137，5分钟内有效。", m.Text)
	require.Equal(t, "042137", m.Code)
	require.Equal(t, "mob-custom", m.Service)

	s, _ = newServer(mobsim.Config{})
	post(t, s, customMsg, customFields())
	require.Equal(t, "【示例】042137", s.Texts()[0].Text, "without templates the text is the values")
}

// TestCustomRefusals corrupts one field at a time.
func TestCustomRefusals(t *testing.T) {
	t.Parallel()
	strict := mobsim.Config{
		Templates:    map[string]string{"1001": "{code}，{minutes}分钟", "long": strings.Repeat("长", 65) + "{code}"},
		BlockedWords: []string{"彩票"}, Blocked: []string{"+8613900139000"},
	}
	missing := customFields("minutes", "5")
	missing.Del("code")
	tests := []struct {
		name   string
		cfg    mobsim.Config
		form   url.Values
		status string
		names  string
	}{
		{name: "key empty", cfg: strict, form: customFields("appKey", ""), status: "201", names: "appKey"},
		{name: "key spelled as in sendmsg", cfg: strict, form: with(fields(), []string{"templateCode", "1001"}), status: "201", names: "appKey"},
		{name: "key unknown", cfg: strict, form: customFields("appKey", "x"), status: "203", names: "appKey"},
		{name: "template empty", cfg: strict, form: customFields("templateCode", ""), status: "202", names: "templateCode"},
		{name: "template unknown", cfg: strict, form: customFields("templateCode", "9"), status: "206", names: "templateCode"},
		{name: "zone empty", cfg: strict, form: customFields("zone", ""), status: "204", names: "zone"},
		{name: "zone with plus", cfg: strict, form: customFields("zone", "+86"), status: "205", names: "zone"},
		{name: "phone empty", cfg: strict, form: customFields("phone", ""), status: "204", names: "phone"},
		{name: "phone malformed", cfg: strict, form: customFields("phone", "1380013800x"), status: "205", names: "phone"},
		{name: "phone blocked", cfg: strict, form: customFields("phone", "13900139000"), status: "210", names: "phone"},
		{name: "variable missing", cfg: strict, form: missing, status: "208", names: "code: missing"},
		{name: "variable empty", cfg: strict, form: customFields("minutes", ""), status: "208", names: "minutes: empty"},
		{name: "variable too long", cfg: strict, form: customFields("minutes", strings.Repeat("五", 11)), status: "215", names: "minutes: longer"},
		{name: "blocked word", cfg: strict, form: customFields("minutes", "买彩票"), status: "209", names: "minutes"},
		{name: "text too long", cfg: strict, form: customFields("templateCode", "long"), status: "215", names: "templateCode"},
		{name: "web interface off", cfg: mobsim.Config{WebAPIOff: true}, form: customFields(), status: "212", names: "switched off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			body, verdict := post(t, s, customMsg, tt.form)
			require.Equal(t, `{"status":`+tt.status+`}`, body)
			require.Contains(t, verdict, tt.names)
			require.Empty(t, s.Texts())
		})
	}
}
