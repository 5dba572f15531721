package provider_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestMessageValidate(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	for _, tc := range []struct {
		name    string
		message provider.Message
		want    error
		field   string
	}{
		{"complete", provider.Message{To: phone, Template: "login"}, nil, ""},
		{"no phone", provider.Message{Template: "login"}, provider.KindRecipient, "To:"},
		{"no template", provider.Message{To: phone}, provider.KindTemplate, "Template:"},
		{"nothing", provider.Message{}, provider.KindRecipient, "To:"},
		{"ref of other characters", provider.Message{To: phone, Template: "login", Ref: "订单 7"}, nil, ""},
		{"ref that is not UTF-8", provider.Message{To: phone, Template: "login", Ref: "7\xff"}, provider.KindConfig, "Ref:"},
		{"captcha that is not UTF-8", provider.Message{To: phone, Template: "login", Captcha: "\xff"}, provider.KindConfig, "Captcha:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := tc.message.Validate()
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.field)
			require.False(t, provider.MayHaveSent(err))
		})
	}
}

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

func TestNamesOfEnums(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		value interface{ String() string }
		want  string
	}{
		{"caller", provider.CodeByCaller, "caller"},
		{"provider", provider.CodeByProvider, "provider"},
		{"no origin", provider.CodeOrigin(9), "CodeOrigin(9)"},
		{"messages", provider.UnitMessages, "messages"},
		{"zero unit", provider.BalanceUnit(0), "messages"},
		{"yuan", provider.UnitYuan, "yuan"},
		{"no unit", provider.BalanceUnit(-1), "BalanceUnit(-1)"},
		{"unknown", provider.StateUnknown, "unknown"},
		{"pending", provider.StatePending, "pending"},
		{"sent", provider.StateSent, "sent"},
		{"delivered", provider.StateDelivered, "delivered"},
		{"failed", provider.StateFailed, "failed"},
		{"no state", provider.State(42), "State(42)"},
		{"delivery", provider.ReportDelivery, "delivery"},
		{"reply", provider.ReportReply, "reply"},
		{"no scope", provider.ScopeNone, "none"},
		{"phone", provider.ScopePhone, "phone"},
		{"account", provider.ScopeAccount, "account"},
		{"bad scope", provider.Scope(3), "Scope(3)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.value.String())
		})
	}
}
