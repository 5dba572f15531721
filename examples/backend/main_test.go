package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/fake"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	backend, err := newBackend(sms, "32 random bytes at least, and the same in each process")
	require.NoError(t, err)
	ask := func(method, path, body string, cookies ...string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header = map[string][]string{"Content-Type": {"application/json"}, "Cookie": {strings.Join(cookies, "; ")}}
		backend.ServeHTTP(w, r)
		return w
	}
	sent := ask("POST", "/codes/start", `{"purpose":"login","phone":"138 0013 8000"}`)
	require.Equal(t, []int{200, 429}, []int{sent.Code, ask("POST", "/codes/start", `{"purpose":"login","phone":"+86 13800138000"}`).Code})
	_, id, _ := strings.Cut(sent.Body.String(), `"id":"`)
	cookies := ask("POST", "/codes/check", `{"purpose":"login","id":"`+id[:26]+`","code":"`+sms.Sent()[0].Params["code"]+`"}`, sent.Header()["Set-Cookie"]...).Header()["Set-Cookie"]
	require.Equal(t, []string{"\"+8613800138000\"\n", "log in first\n"}, []string{ask("GET", "/me", "", cookies...).Body.String(), ask("GET", "/me", "").Body.String()})
}
