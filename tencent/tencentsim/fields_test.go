package tencentsim

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// wholeBodies have every field of an action that a request must have.
var wholeBodies = map[string]string{
	"SendSms":                         exampleBody,
	"PullSmsSendStatus":               pullBody,
	"PullSmsSendStatusByPhoneNumber":  phoneBody,
	"PullSmsReplyStatus":              pullBody,
	"PullSmsReplyStatusByPhoneNumber": phoneBody,
	"SendStatusStatistics":            countBody,
}

// TestEveryField walks over every field of every action: without it, where it is
// required, and with another type, the request is refused, and both the verdict
// and the service's words name the field.
func TestEveryField(t *testing.T) {
	t.Parallel()
	for name, action := range actions {
		refuse := func(t *testing.T, field, value, code string) {
			t.Helper()
			a := newAccount(Config{SameHour: true})
			reply, verdict := a.do(t, request{action: name, body: changed(t, wholeBodies[name], []string{field, value})})
			require.Equal(t, []string{"request: " + code}, codes(t, reply))
			require.Regexp(t, "^"+field+": ", verdict)
			require.Regexp(t, `"Message":"[^"]*: `+field+`: `, reply)
			require.Empty(t, a.server.Texts())
		}
		for _, f := range action.fields {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				refuse(t, f.name, `{}`, "InvalidParameter")
				refuse(t, f.name, `null`, "InvalidParameter")
				if f.required {
					refuse(t, f.name, "", "MissingParameter")
				}
			})
		}
	}
}

// TestEveryHeader leaves out one header at a time.
func TestEveryHeader(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"Authorization":  "AuthFailure.InvalidAuthorization",
		"Content-Type":   "AuthFailure.SignatureFailure",
		"X-TC-Action":    "InvalidAction",
		"X-TC-Region":    "MissingParameter",
		"X-TC-Timestamp": "AuthFailure.SignatureExpire",
		"X-TC-Token":     "AuthFailure.TokenFailure",
		"X-TC-Version":   "NoSuchVersion",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{Token: "TEMPORARY"})
			reply, verdict := a.do(t, request{action: "SendSms", body: exampleBody, change: func(r *http.Request) {
				r.Header.Set("X-TC-Token", "TEMPORARY")
				r.Header.Del(name)
			}})
			require.Equal(t, []string{"request: " + code}, codes(t, reply))
			require.Regexp(t, "(?i)"+name, verdict)
			require.Empty(t, a.server.Texts())
		})
	}
}
