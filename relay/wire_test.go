package relay

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

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
