package rongliansim_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
)

// TestRefusedRequests spoils one signed or required part of a request at a time: the
// simulator answers with the service's code and names the part.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	raw := func(value string) map[string]string { return map[string]string{"Authorization": value} }
	strict := rongliansim.Config{StrictSig: true}
	tests := []struct {
		name        string
		cfg         rongliansim.Config
		attempt     attempt
		code, names string
	}{
		{name: "version", attempt: attempt{path: "/2014-01-01/Accounts/" + accountSID + "/SMS/TemplateSMS"}, code: "111110", names: "path: the version"},
		{name: "version of international texts", attempt: attempt{path: "/v1/account/" + accountSID + "/international/send"}, code: "111110", names: "path: the version"},
		{name: "account malformed", attempt: attempt{path: "/2013-12-26/Accounts/a-b/SMS/TemplateSMS"}, code: "111100", names: "path: the account"},
		{name: "account unknown", attempt: attempt{path: "/2013-12-26/Accounts/abc/SMS/TemplateSMS", authorization: "abc:20240102030405"}, code: "111141", names: "path: no such account"},
		{name: "no sub-account", attempt: attempt{path: subPath, authorization: subSID + ":20240102030405"}, code: "111157", names: "path: no such sub-account"},
		{name: "account not that of the path", attempt: attempt{authorization: "abc:20240102030405"}, code: "111107", names: "Authorization"},
		{name: "Authorization missing", attempt: attempt{remove: "Authorization"}, code: "111101", names: "Authorization: empty"},
		{name: "Authorization not base64", attempt: attempt{header: raw("***")}, code: "111102", names: "Authorization: not base64"},
		{name: "Authorization without a colon", attempt: attempt{authorization: "abc"}, code: "111103", names: "Authorization: want"},
		{name: "Authorization without an account", attempt: attempt{authorization: ":20240102030405"}, code: "111104", names: "Authorization: the account"},
		{name: "Authorization without a time", attempt: attempt{authorization: accountSID + ":"}, code: "111105", names: "Authorization: the timestamp"},
		{name: "time malformed", attempt: attempt{authorization: accountSID + ":1704135845"}, code: "111113", names: "Authorization: the timestamp"},
		{name: "time a day and a second old", attempt: attempt{authorization: accountSID + ":20240101030404"}, code: "111106", names: "Authorization: the timestamp"},
		{name: "time a day and a second early", attempt: attempt{authorization: accountSID + ":20240103030406"}, code: "111106", names: "Authorization: the timestamp"},
		{name: "sig missing", attempt: attempt{sig: "&"}, code: "111108", names: "sig: empty"},
		{name: "sig changed", attempt: attempt{sig: "BD3BB0E02B6DBC829197BD5AD013846C"}, code: "111109", names: "sig: want"},
		{name: "sig in lower case, strictly", cfg: strict, attempt: attempt{sig: strings.ToLower(sig)}, code: "111109", names: "sig: right but for the case"},
		{name: "sig of the second before", attempt: attempt{sig: "19B455393D38812F2E4992EBD40E36CC"}, code: "111109", names: "sig: made with the timestamp 20240102030404"},
		{name: "time changed", attempt: attempt{authorization: accountSID + ":20240102030406"}, code: "111109", names: "sig: made with the timestamp 20240102030405"},
		{name: "time changed by hours", attempt: attempt{authorization: accountSID + ":20240102050405"}, code: "111109", names: "sig: want"},
		{name: "method", attempt: attempt{method: http.MethodPut}, code: "112602", names: "method"},
		{name: "Accept missing", attempt: attempt{remove: "Accept"}, code: "112610", names: "Accept"},
		{name: "Content-Type missing", attempt: attempt{remove: "Content-Type"}, code: "112611", names: "Content-Type"},
		{name: "Content-Length missing", attempt: attempt{remove: "Content-Length"}, code: "112612", names: "Content-Length"},
		{name: "body no JSON", attempt: attempt{body: "to=13800000000"}, code: "112616", names: "body"},
		{name: "body no XML", attempt: attempt{header: map[string]string{"Content-Type": "text/xml"}}, code: "112616", names: "body"},
		{name: "body of other types", attempt: attempt{body: `{"to":["13800000000"]}`}, code: "112616", names: "body"},
		{name: "bad JSON string", attempt: attempt{body: `{"to":true}`}, code: "112616", names: "body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(tt.cfg)
			body, verdict := tt.attempt.do(t, s)
			require.Contains(t, body, `"statusCode":"`+tt.code+`"`)
			require.Contains(t, body, `"statusMsg":"`)
			require.Contains(t, verdict, tt.names)
			require.NotContains(t, verdict, authToken)
			require.Empty(t, s.Texts())
		})
	}
}

// TestRefusedFields spoils one field at a time.
func TestRefusedFields(t *testing.T) {
	t.Parallel()
	with := func(old, replacement string) string { return strings.Replace(loginBody, old, replacement, 1) }
	add := func(field string) string { return with("}", ","+field+"}") }
	var many []string
	for i := range 201 {
		many = append(many, fmt.Sprintf("1380000%04d", i))
	}
	approved := rongliansim.Config{Templates: map[string]string{"1": "{1}，{2}分钟内有效", "3": "您好"}, Blocked: []string{"13900000000"}}
	trial := rongliansim.Config{Trial: true, TestNumbers: []string{"13800000000"}}
	none := 0
	tests := []struct {
		name        string
		cfg         rongliansim.Config
		body        string
		code, names string
	}{
		{name: "application empty", body: with(appID, ""), code: "111169", names: "appId"},
		{name: "application unknown", body: with(appID, "abc"), code: "111181", names: "appId"},
		{name: "number empty", body: login(""), code: "112306", names: "to"},
		{name: "number null", body: with(`"13800000000"`, "null"), code: "112306", names: "to"},
		{name: "number malformed", body: login("1380000000"), code: "160042", names: "to"},
		{name: "number with country code", body: login("+8613800000000"), code: "160042", names: "to"},
		{name: "list with a gap", body: login("13800000000,"), code: "112316", names: "to"},
		{name: "number twice", body: login("13800000000,13800000000"), code: "160045", names: "to"},
		{name: "201 numbers", body: login(strings.Join(many, ",")), code: "160048", names: "to"},
		{name: "number blocked", cfg: approved, body: login("13900000000"), code: "160034", names: "to"},
		{name: "template empty", body: with(`"templateId":"1"`, `"templateId":""`), code: "112307", names: "templateId"},
		{name: "template no number", body: with(`"templateId":"1"`, `"templateId":"SMS1"`), code: "112318", names: "templateId"},
		{name: "template unknown", cfg: approved, body: with(`"templateId":"1"`, `"templateId":"2"`), code: "160032", names: "templateId"},
		{name: "values missing", cfg: approved, body: with(`,"datas":["4653","2"]`, ""), code: "112308", names: "datas"},
		{name: "too few values", cfg: approved, body: with(`["4653","2"]`, `["4653"]`), code: "160052", names: "datas"},
		{name: "values where there are none", cfg: approved, body: with(`"templateId":"1"`, `"templateId":"3"`), code: "160052", names: "datas"},
		{name: "text too long", body: with("4653", strings.Repeat("长", 251)), code: "160020", names: "datas"},
		{name: "extension", body: add(`"subAppend":"12345"`), code: "160065", names: "subAppend"},
		{name: "extension of letters", body: add(`"subAppend":"abc"`), code: "160065", names: "subAppend"},
		{name: "reqId too long", body: add(`"reqId":"` + strings.Repeat("a", 33) + `"`), code: "160055", names: "reqId"},
		{name: "reqId with a hyphen", body: add(`"reqId":"a-b"`), code: "160031", names: "reqId"},
		{name: "no money", cfg: rongliansim.Config{Balance: &none}, body: loginBody, code: "111142", names: "balance"},
		{name: "trial, other template", cfg: trial, body: with(`"templateId":"1"`, `"templateId":"2"`), code: "160032", names: "templateId"},
		{name: "trial, number not registered", cfg: trial, body: login("13800000001"), code: "113302", names: "to"},
		{name: "trial, five digits", cfg: trial, body: with("4653", "46530"), code: "161125", names: "datas"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(tt.cfg)
			body, verdict := attempt{body: tt.body}.do(t, s)
			require.Contains(t, body, `"statusCode":"`+tt.code+`"`)
			require.Contains(t, verdict, tt.names+": ")
			require.Empty(t, s.Texts())
		})
	}
}

func TestRefusedInternational(t *testing.T) {
	t.Parallel()
	const mobile, content = "006013800000", "Your code is 4653"
	tests := []struct {
		name                 string
		cfg                  rongliansim.Config
		app, mobile, content string
		code, names          string
	}{
		{name: "application", app: "abc", mobile: mobile, content: content, code: "111181", names: "appId"},
		{name: "number empty", app: appID, content: content, code: "160044", names: "mobile"},
		{name: "two numbers", app: appID, mobile: mobile + ",0012025550123", content: content, code: "160059", names: "mobile"},
		{name: "number with a plus", app: appID, mobile: "+6013800000", content: content, code: "160042", names: "mobile"},
		{name: "number too short", app: appID, mobile: "00601380", content: content, code: "160042", names: "mobile"},
		{name: "mainland number", app: appID, mobile: "008613800000000", content: content, code: "160061", names: "mobile"},
		{name: "no permission", cfg: rongliansim.Config{Mainland: true}, app: appID, mobile: mobile, content: content, code: "160058", names: "mobile"},
		{name: "blocked", cfg: rongliansim.Config{Blocked: []string{mobile}}, app: appID, mobile: mobile, content: content, code: "160034", names: "mobile"},
		{name: "text empty", app: appID, mobile: mobile, code: "160035", names: "content"},
		{name: "text too long", app: appID, mobile: mobile, content: strings.Repeat("x", 251), code: "160020", names: "content"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(tt.cfg)
			body := fmt.Sprintf(`{"appId":%q,"mobile":%q,"content":%q}`, tt.app, tt.mobile, tt.content)
			answer, verdict := attempt{path: internationalPath, body: body}.do(t, s)
			require.Contains(t, answer, `"statusCode":"`+tt.code+`"`)
			require.Contains(t, verdict, tt.names+": ")
			require.Empty(t, s.Texts())
		})
	}
}

func TestEmptyBody(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+templatePath+"?sig="+sig, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", base64.StdEncoding.EncodeToString([]byte(accountSID+":20240102030405")))
	response, err := s.Transport().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "body: empty", s.Exchanges()[0].Verdict)
	require.Contains(t, string(s.Exchanges()[0].Reply), `"112604"`)
}

func TestUnknownCalls(t *testing.T) {
	t.Parallel()
	s, service, _ := newServer(rongliansim.Config{})
	for _, path := range []string{
		"/2013-12-26/Accounts/" + accountSID + "/SMS/QuerySMS", "/Accounts/x/SMS/TemplateSMS/more", "/2013-12-26/Accounts/" + accountSID,
	} {
		body, verdict := attempt{path: path}.do(t, s)
		require.Contains(t, body, "404", path)
		require.Contains(t, verdict, "path", path)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/account/balance.do", http.NoBody)
	require.NoError(t, err)
	require.False(t, service.Owns(r), "another service's address")
	require.Equal(t, "ronglian", service.Name())
}
