package relaydoor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// FuzzBodies reads any bytes as each of the three bodies: what is none is refused with a
// code.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"to":"13800138000","text":"Your code is 824913.","ref":"r","lane":"text","ttl_seconds":60,"wait_ms":5000}`,
		`{"max":3,"wait_ms":25000,"interval_ms":30000,"lanes":["text","mob"]}`,
		`{"id":"i","lease":"l","state":"failed","at":"2026-11-21T12:00:00.000Z","error":{"class":"limit","text":"x"}}`,
		`{"to":null}`, `{"lanes":[null]}`, `{"error":{}}`, `[]`, `{`, "", "{}{}", "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, into := range []any{&relayapi.Submit{}, &relayapi.Pull{}, &relayapi.StateReport{}} {
			if refused := parse(body, into); refused != nil {
				requirePrecise(t, refused)
			}
		}
	})
}

func requirePrecise(t *testing.T, r *refusal) {
	t.Helper()
	require.Equal(t, 400, r.status)
	require.NotEmpty(t, r.err.Message)
	switch r.err.Code {
	case relayapi.CodeBadJSON:
	case relayapi.CodeInvalidField, relayapi.CodeUnknownField:
		require.LessOrEqual(t, len([]rune(r.err.Field)), 64)
	default:
		t.Fatalf("unexpected code %s", r.err.Code)
	}
}
