package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// FuzzReadJSON reads anything as each type. What was read is masked when it is
// written for a log, and comes back when it is written for storing.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		goldenReceipt, `{"To":"13800138000","Template":"login","Params":{"code":"042137"}}`, `{"Phone":"+8613800138000","Reply":"T"}`,
		`{"code":"***"}`, `null`, `{}`, `[]`, `{"To":"138****8000"}`, `{"to":"+85251234567","code":"caller","extra":{"":"<&>\u2028"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var message provider.Message
		if json.Unmarshal(data, &message) == nil {
			message = provider.Message{To: message.To, Captcha: message.Captcha} // any digits may stand in the other fields
			requireNumberHidden(t, message, message.To)
		}
		var report provider.Report
		if json.Unmarshal(data, &report) == nil {
			report = provider.Report{Phone: report.Phone, Reply: report.Reply} // any digits may stand in the other fields
			requireNumberHidden(t, report, report.Phone)
		}
		var params provider.Params
		if json.Unmarshal(data, &params) == nil {
			written, err := json.Marshal(params)
			require.NoError(t, err)
			if len(params) > 0 {
				require.ErrorContains(t, json.Unmarshal(written, &params), "masked")
			}
		}
		var receipt, back provider.Receipt
		if json.Unmarshal(data, &receipt) == nil {
			written, err := json.Marshal(receipt)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(written, &back))
			require.Equal(t, receipt.To, back.To)
			rewritten, err := json.Marshal(back)
			require.NoError(t, err)
			require.Equal(t, string(written), string(rewritten))
		}
	})
}

func requireNumberHidden(t *testing.T, value any, phone provider.Phone) {
	t.Helper()
	written, err := json.Marshal(value)
	require.NoError(t, err)
	if !phone.IsZero() {
		require.NotContains(t, string(written), phone.E164())
		require.Contains(t, string(written), phone.String())
	}
}
