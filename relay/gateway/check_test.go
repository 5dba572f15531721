package gateway

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// FuzzBodies reads any bytes as each of the three bodies: whatever passes the
// checks keeps the limits of the contract, the rest is refused with a code.
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
		var submit relayapi.Submit
		if refused := parse(body, &submit); refused != nil {
			requirePrecise(t, refused)
		} else if to, refused := checkSubmit(&submit); refused != nil {
			requirePrecise(t, refused)
		} else {
			require.Regexp(t, `^\+[0-9]{7,15}$`, string(to))
			require.LessOrEqual(t, len([]rune(string(submit.Text))), relayapi.MaxText)
			require.Positive(t, submit.TTLSeconds)
		}

		var pull relayapi.Pull
		if refused := parse(body, &pull); refused != nil {
			requirePrecise(t, refused)
		} else if refused := checkPull(&pull); refused != nil {
			requirePrecise(t, refused)
		} else {
			require.NotEmpty(t, pull.Lanes)
			require.Positive(t, pull.Max)
		}

		var report relayapi.StateReport
		if refused := parse(body, &report); refused != nil {
			requirePrecise(t, refused)
		} else if refused := checkStateReport(report); refused != nil {
			requirePrecise(t, refused)
		} else {
			require.Equal(t, report.State == relayapi.StateFailed, report.Error != nil)
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
