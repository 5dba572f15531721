package relay

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "50", 50 * time.Second},
		{"none", "", 0},
		{"a date", "Fri, 31 Dec 1999 23:59:59 GMT", 0},
		{"negative", "-1", 0},
		{"absurd", "99999999999", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, retryAfter(http.Header{relayapi.HeaderRetryAfter: {tt.value}}))
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","state":"sent","history":[{"state":"sent","at":"2026-11-21T03:30:00.000Z"}]}`,
		`{"id":"a","state":"failed","failure":{"class":"limit","text":"x"}}`, `{"error":{"code":"unauthorized"}}`,
		`{}`, `null`, `[]`, `<html>`, `{"id":1}`, `{"id":"a","state":"sent","created":"x"}`, `{"error":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		client, err := adapter.New(adapter.Config{Service: DefaultName, BaseURL: "https://relay.example.com", NoTemplates: true})
		require.NoError(t, err)
		if s, err := decodeSubmission(body); err == nil {
			require.NotEmpty(t, s.ID)
			require.True(t, isState(s.State))
			statusOf(client.NewCall(provider.OpStatus), s)
		}
		if refusal, err := decodeRefusal(body); err == nil {
			require.NotEmpty(t, refusal.Code)
			require.Error(t, refused(client.NewCall(provider.OpStatus), adapter.Reply{Status: http.StatusTeapot, Body: body}))
		}
	})
}
