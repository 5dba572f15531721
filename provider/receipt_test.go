package provider_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestReceiptSurvivesJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 11, 21, 9, 30, 0, 123_000_000, time.FixedZone("CST", 8*60*60))
	for _, tc := range []struct {
		name    string
		receipt provider.Receipt
		json    string
	}{
		{
			"full",
			provider.Receipt{
				Provider: "mob", ID: "77", To: provider.MustParsePhone(someNumber),
				Code: provider.CodeByProvider, At: at, Extra: map[string]string{"zone": "86"},
			},
			`{"provider":"mob","id":"77","to":"+8613800138000","code":"provider",
			  "at":"2025-11-21T09:30:00.123+08:00","extra":{"zone":"86"}}`,
		},
		{
			"sparse",
			provider.Receipt{Provider: "ihuyi", To: provider.MustParsePhone("+85251234567"), At: at.UTC()},
			`{"provider":"ihuyi","to":"+85251234567","code":"caller","at":"2025-11-21T01:30:00.123Z"}`,
		},
		{"zero", provider.Receipt{}, `{"provider":"","to":"","code":"caller","at":"0001-01-01T00:00:00Z"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(tc.receipt)
			require.NoError(t, err)
			require.JSONEq(t, tc.json, string(data))

			var back provider.Receipt
			require.NoError(t, json.Unmarshal(data, &back))
			require.True(t, tc.receipt.At.Equal(back.At))
			back.At = tc.receipt.At
			require.Equal(t, tc.receipt, back)
		})
	}
}

func TestReceiptFromBadJSON(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, json, want string }{
		{"unknown origin", `{"code":"nobody"}`, `code: want "caller" or "provider"`},
		{"origin as a number", `{"code":1}`, "code: want a string"},
		{"half a number", `{"to":"1380013"}`, "phone number"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var receipt provider.Receipt
			require.ErrorContains(t, json.Unmarshal([]byte(tc.json), &receipt), tc.want)
		})
	}
}

func TestReceiptWithoutOriginIsTheCallersCode(t *testing.T) {
	t.Parallel()
	var receipt provider.Receipt
	require.NoError(t, json.Unmarshal([]byte(`{"provider":"ihuyi"}`), &receipt))
	require.Equal(t, provider.CodeByCaller, receipt.Code)

	receipt.Code = provider.CodeByProvider
	require.NoError(t, json.Unmarshal([]byte(`{"code":"caller"}`), &receipt))
	require.Equal(t, provider.CodeByCaller, receipt.Code, "what was there before goes")
}

func TestUnknownOriginIsNotWritten(t *testing.T) {
	t.Parallel()
	_, err := json.Marshal(provider.Receipt{Code: provider.CodeOrigin(7)})
	require.ErrorContains(t, err, "no such origin: 7")
}
