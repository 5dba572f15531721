package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestLogin logs in with the code of a text that the service's simulator shows.
func TestLogin(t *testing.T) {
	t.Parallel()
	service := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}))
	sms, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", HTTPClient: &http.Client{Transport: service.Transport()},
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
	})
	require.NoError(t, err)
	backend, err := newBackend(sms, "32 random bytes at least, and the same in each process")
	require.NoError(t, err)
	site := httptest.NewTLSServer(backend)
	t.Cleanup(site.Close)

	var cookies []*http.Cookie
	ask := func(method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, site.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		answer, err := site.Client().Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		if set := answer.Cookies(); len(set) > 0 {
			cookies = set
		}
		return answer.StatusCode, string(text)
	}

	status, text := ask(http.MethodGet, "/me", "")
	require.Equal(t, http.StatusUnauthorized, status, text)
	status, text = ask(http.MethodPost, "/codes/start", `{"purpose":"login","phone":"138 0013 8000"}`)
	require.Equal(t, http.StatusOK, status, text)
	var started struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(text), &started))
	status, text = ask(http.MethodGet, "/codes/start", "")
	require.Equal(t, http.StatusMethodNotAllowed, status, text)

	arrived, err := service.Wait(t.Context(), 0, nil)
	require.NoError(t, err)
	code := regexp.MustCompile(`\d{6}`).FindString(arrived.Text)
	status, text = ask(http.MethodPost, "/codes/check", `{"purpose":"login","id":"`+started.ID+`","code":"`+code+`"}`)
	require.Equal(t, http.StatusOK, status, text)
	status, text = ask(http.MethodGet, "/me", "")
	require.Equal(t, http.StatusOK, status, text)
	require.JSONEq(t, `"+8613800138000"`, text)
}
