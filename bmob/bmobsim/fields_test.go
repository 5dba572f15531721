package bmobsim_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
)

// TestEveryHeader leaves out one header at a time, and garbles one at a time of
// those that are credentials or signed. The verdict names it.
func TestEveryHeader(t *testing.T) {
	t.Parallel()
	for way, header := range map[string]func() http.Header{
		"plain":  plainHeader,
		"signed": func() http.Header { return signedHeader(inSeconds, inSecondsSign) },
	} {
		for name := range header() {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				s, _ := newServer(bmobsim.Config{})
				spoiled := []http.Header{header(), header()}
				spoiled[0].Del(name)
				spoiled[1].Set(name, header().Get(name)+"0")
				if name == "X-Bmob-Sdk-Type" {
					spoiled = spoiled[:1] // no part of the signature, and every value is taken
				}
				for i, h := range spoiled {
					a := call(t, s, http.MethodPost, requestCode, toPhone, h)
					require.NotEqual(t, http.StatusOK, a.status)
					require.Regexp(t, "(?i)"+name, a.verdict)
					if i == 0 && name != "Content-Type" {
						require.Regexp(t, "(?i)^"+name+": missing$", a.verdict)
					}
				}
				require.Empty(t, s.Texts())
			})
		}
	}
}

// TestEveryField leaves out one required member of a body at a time, and gives
// each member another type.
func TestEveryField(t *testing.T) {
	t.Parallel()
	const text = `{"mobilePhoneNumber":"13800138000","template":"x","content":{"code":"1"}}`
	for _, tt := range []struct {
		name, path, body string
		required         map[string]int // and the code of a request without it
		optional         []string
	}{
		{
			name: "code", path: requestCode, body: toPhone,
			required: map[string]int{"mobilePhoneNumber": 118}, optional: []string{"template", "validate_token"},
		},
		{
			name: "check, in the body", path: verifyCode, body: `{"mobilePhoneNumber":"13800138000","smsCode":"876845"}`,
			required: map[string]int{"mobilePhoneNumber": 118, "smsCode": 118},
		},
		{name: "check, in the path", path: verifyCode + "/876845", body: toPhone, required: map[string]int{"mobilePhoneNumber": 118}},
		{
			name: "text", path: requestText, body: text,
			required: map[string]int{"mobilePhoneNumber": 118, "template": 10022, "content": 118},
		},
		{name: "captcha", path: "/1/requestCaptcha", body: `{}`, optional: []string{"width", "height", "size", "ttl"}},
		{
			name: "captcha's answer", path: "/1/verifyCaptcha", body: `{"captcha_code":"1","captcha_token":"x"}`,
			required: map[string]int{"captcha_code": 118, "captcha_token": 118},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(bmobsim.Config{})
			spoil := func(change func(members map[string]any)) answer {
				var members map[string]any
				require.NoError(t, json.Unmarshal([]byte(tt.body), &members))
				change(members)
				body, err := json.Marshal(members)
				require.NoError(t, err)
				return post(t, s, tt.path, string(body))
			}
			for field, code := range tt.required {
				requireRefused(t, spoil(func(members map[string]any) { delete(members, field) }), code, field+": ")
			}
			for _, field := range append(keys(tt.required), tt.optional...) {
				requireRefused(t, spoil(func(members map[string]any) { members[field] = []int{1} }), 111, field+": ")
			}
			require.Empty(t, s.Texts())
		})
	}
}

func keys(of map[string]int) []string {
	var list []string
	for key := range of {
		list = append(list, key)
	}
	return list
}
