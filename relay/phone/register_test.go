package phone_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func registration(h http.HandlerFunc) phone.Registration {
	return phone.Registration{
		BaseURL: "https://gateway.test", Code: "one-time-code", Name: "kitchen", HTTPClient: &http.Client{Transport: inMemory{h}},
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	got, err := phone.Register(t.Context(), registration(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != relayapi.PathRegister || r.Header.Get("Authorization") != "" || string(body) != `{"code":"one-time-code","name":"kitchen"}` {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"token":"its-token","name":"kitchen","role":"phone"}`)
	}))
	require.NoError(t, err)
	require.Equal(t, relayapi.Registered{Token: "its-token", Name: "kitchen", Role: "phone"}, got)
}

func TestRegisterFails(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name   string
		change func(*phone.Registration)
		answer http.HandlerFunc
		want   string
	}{
		{"no code", func(r *phone.Registration) { r.Code = "" }, nil, "Code:"},
		{"no URL", func(r *phone.Registration) { r.BaseURL = "" }, nil, "BaseURL"},
		{"used", nil, answer(http.StatusGone, `{"error":{"code":"registration_used","message":"the code was used"}}`), "410 registration_used: the code was used"},
		{"no token", nil, answer(http.StatusCreated, `{}`), "may be used up"},
		{"another status", nil, answer(http.StatusOK, `{"token":"x"}`), "status 200"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := registration(tt.answer)
			if tt.change != nil {
				tt.change(&r)
			}
			_, err := phone.Register(t.Context(), r)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "one-time-code")
			require.NotContains(t, fmt.Sprintf("%+v", r), "one-time-code")
		})
	}
}

func TestDialIsUsed(t *testing.T) {
	t.Parallel()
	_, err := phone.Register(t.Context(), phone.Registration{
		BaseURL: "https://gateway.test", Code: "c",
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			return nil, errors.New("asked for " + address)
		},
	})
	require.ErrorContains(t, err, "asked for gateway.test:443")
	require.ErrorContains(t, err, "may be used up")
}
