package mobsim_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/mob/mobsim"
)

// TestEveryField walks over every field of every call: without it and with
// nothing in it the request is refused, and the verdict names the field.
func TestEveryField(t *testing.T) {
	t.Parallel()
	send := map[string]string{"appkey": "405", "zone": "456", "phone": "456"}
	check := map[string]string{"appkey": "405", "zone": "456", "phone": "456", "code": "466"}
	for path, statuses := range map[string]map[string]string{
		sendmsg: send, mobsim.SDKPath: send, checkcode: check, verify: check,
		customMsg: {"appKey": "201", "templateCode": "202", "zone": "204", "phone": "204", "code": "208"},
	} {
		for field, status := range statuses {
			t.Run(path+"/"+field, func(t *testing.T) {
				t.Parallel()
				s, _ := newServer(mobsim.Config{Templates: map[string]string{"1001": "{code}"}})
				for name, spoil := range map[string]func(url.Values){
					"missing": func(form url.Values) { form.Del(field) },
					"empty":   func(form url.Values) { form.Set(field, "") },
				} {
					form := fields("code", "1234")
					if path == customMsg {
						form = customFields()
					}
					spoil(form)
					body, verdict := post(t, s, path, form)
					require.Equal(t, `{"status":`+status+`}`, body, name)
					require.Regexp(t, "^"+field+": ", verdict, name)
				}
				require.Empty(t, s.Texts())
			})
		}
	}
}

// TestSpelling: the names of the fields are case-sensitive, and the first is
// spelled in two ways.
func TestSpelling(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	for path, names := range map[string][2]string{
		sendmsg: {"appkey", "appKey"}, checkcode: {"appkey", "appKey"}, verify: {"appkey", "appKey"}, customMsg: {"appKey", "appkey"},
	} {
		form := customFields(names[1], appKey)
		form.Del(names[0])
		body, verdict := post(t, s, path, form)
		require.Contains(t, []string{`{"status":405}`, `{"status":201}`}, body, path)
		require.Contains(t, verdict, names[0]+": empty", path)
	}
}
