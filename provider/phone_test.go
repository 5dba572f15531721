package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestIsMainlandNeedsNoMemory(t *testing.T) { //nolint:paralleltest // It counts what the process allocates.
	phone := provider.MustParsePhone(someNumber)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if !phone.IsMainland() {
			t.Fatal("not mainland")
		}
	}))
}

func TestNewPhone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, country, national string
		want                    string
	}{
		{"mainland", "86", someNumber, "+8613800138000"},
		{"mainland with spaces", "86", "138 0013 8000", "+8613800138000"},
		{"United States", "1", "2025550123", "+12025550123"},
		{"Macao", "853", "61234567", "+85361234567"},
		{"no country", "", someNumber, ""},
		{"half a country", "8", "613800138000", ""},
		{"country and more", "8613", "800138000", ""},
		{"country with plus", "+86", someNumber, ""},
		{"country with zeros", "0086", someNumber, ""},
		{"no number", "86", "", ""},
		{"nothing", "", "", ""},
		{"number with its country", "86", "+8613800138000", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			phone, err := provider.NewPhone(tc.country, tc.national)
			if tc.want == "" {
				require.ErrorIs(t, err, provider.KindRecipient)
				require.True(t, phone.IsZero())
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, phone.E164())
		})
	}
}

func TestMustParsePhone(t *testing.T) {
	t.Parallel()
	require.Equal(t, someNumber, provider.MustParsePhone(someNumber).National())
	require.Panics(t, func() { provider.MustParsePhone("nobody") })
}

func TestZeroPhone(t *testing.T) {
	t.Parallel()
	var phone provider.Phone
	require.True(t, phone.IsZero())
	require.Empty(t, phone.E164())
	require.Empty(t, phone.National())
	require.Empty(t, phone.CountryCode())
	require.Empty(t, phone.String())
	require.False(t, phone.IsMainland())
}

func TestPhoneIsComparable(t *testing.T) {
	t.Parallel()
	bare := provider.MustParsePhone("138-0013-8000")
	full := provider.MustParsePhone("+86 13800138000")
	other := provider.MustParsePhone("13900139000")
	foreign := provider.MustParsePhone("+1 380 013 8000")

	equal := bare == full // the operator, not a deep comparison
	require.True(t, equal)
	equal = bare == other
	require.False(t, equal)
	equal = bare == foreign
	require.False(t, equal, "same digits, other country")

	sent := map[provider.Phone]int{bare: 1}
	sent[full]++
	sent[other]++
	require.Equal(t, map[provider.Phone]int{full: 2, other: 1}, sent)
}

func TestPhoneText(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	text, err := provider.StoredPhone{Phone: phone}.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "+8613800138000", string(text))

	var back provider.Phone
	require.NoError(t, back.UnmarshalText(text))
	require.Equal(t, phone, back)

	require.ErrorIs(t, back.UnmarshalText([]byte("nobody")), provider.KindRecipient)
	require.Equal(t, phone, back, "a failed read changes nothing")

	require.NoError(t, back.UnmarshalText(nil))
	require.True(t, back.IsZero())
}

func TestPhoneJSON(t *testing.T) {
	t.Parallel()
	type record struct {
		To   provider.StoredPhone         `json:"to"`
		Sent map[provider.StoredPhone]int `json:"sent"`
	}
	phone := provider.StoredPhone{Phone: provider.MustParsePhone("+852 5123 4567")}
	data, err := json.Marshal(record{To: phone, Sent: map[provider.StoredPhone]int{phone: 3}})
	require.NoError(t, err)
	require.JSONEq(t, `{"to":"+85251234567","sent":{"+85251234567":3}}`, string(data))

	var back record
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, record{To: phone, Sent: map[provider.StoredPhone]int{phone: 3}}, back)

	err = json.Unmarshal([]byte(`{"to":"13800138"}`), &back)
	failureOf(t, err)
	require.NotContains(t, err.Error(), "13800138")
}
