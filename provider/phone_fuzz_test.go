package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{
		"13800138000", "+8613800138000", "0086 138-0013-8000", "（＋８６）１３８００１３８０００", "\u202d13800138000\u202c",
		"+1 (202) 555-0123", "+85251234567", "+2901234", "+123456789012345", "", "+", "00", "0000", "++86", "86",
		"138001380001", "+86138001380", "\xff", "+0", "１２３",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		phone, err := provider.ParsePhone(text)
		if err != nil {
			require.ErrorIs(t, err, provider.KindRecipient)
			require.True(t, phone.IsZero())
			return
		}
		requireSoundPhone(t, phone)
	})
}

func FuzzNewPhone(f *testing.F) {
	f.Add("86", "13800138000")
	f.Add("1", "2025550123")
	f.Add("", "13800138000")
	f.Add("8", "613800138000")
	f.Fuzz(func(t *testing.T, country, national string) {
		phone, err := provider.NewPhone(country, national)
		if err != nil {
			require.True(t, phone.IsZero())
			return
		}
		require.Equal(t, country, phone.CountryCode())
		requireSoundPhone(t, phone)
	})
}

// requireSoundPhone checks what holds for every number that was accepted.
func requireSoundPhone(t *testing.T, phone provider.Phone) {
	t.Helper()
	full := phone.E164()
	require.Regexp(t, `^\+[1-9][0-9]{6,14}$`, full)
	require.Equal(t, full, "+"+phone.CountryCode()+phone.National())

	again, err := provider.ParsePhone(full)
	require.NoError(t, err)
	require.Equal(t, phone, again, "E164 reads back as the same phone")
	apart, err := provider.NewPhone(phone.CountryCode(), phone.National())
	require.NoError(t, err)
	require.Equal(t, phone, apart, "the two parts make the same phone")

	data, err := json.Marshal(phone)
	require.NoError(t, err)
	var back provider.Phone
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, phone, back, "JSON reads back as the same phone")

	masked := phone.String()
	require.NotContains(t, masked, phone.National())
	require.GreaterOrEqual(t, strings.Count(masked, "*"), 3)
	require.Contains(t, fmt.Sprintf("%+v", exportedHolder{phone}), masked)
}
