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
		"138001380001", "+86138001380", "\xff", "+0", "１２３", "+44 (0)7700 900123", "+39 06 1234 5678", "+36 06 20 123 4567",
		"+7 8 912 345 67 89", "+241 066 12 34 56", "013800138000", "[+86]138−0013−8000", "١٣٨\ufe0f٠٠١٣\u2028٨٠٠٠", "+1 202 555 (12)",
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
	f.Add("44", "07700900123")
	f.Add("36", "06201234567")
	f.Add("225", "0707123456")
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

	data, err := json.Marshal(provider.StoredPhone{Phone: phone})
	require.NoError(t, err)
	var back provider.Phone
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, phone, back, "JSON reads back as the same phone")

	data, err = json.Marshal(phone)
	require.NoError(t, err)
	require.NotContains(t, string(data), phone.National())
	require.ErrorIs(t, json.Unmarshal(data, &back), provider.KindRecipient, "a masked number is no number")

	for _, text := range writings(phone) {
		same, err := provider.ParsePhone(text)
		require.NoError(t, err, text)
		require.Equal(t, phone, same, "another way of writing it: %s", text)
	}

	masked := phone.String()
	require.NotContains(t, masked, phone.National())
	require.GreaterOrEqual(t, strings.Count(masked, "*"), 3)
	require.Contains(t, fmt.Sprintf("%+v", exportedHolder{phone}), masked)
}

// writings are other ways of writing a number.
func writings(phone provider.Phone) []string {
	country, national := phone.CountryCode(), phone.National()
	all := []string{
		"00" + country + national,
		"[+" + country + "] " + national,
		"+" + country + "\ufe0f−" + national[:2] + "\u2028" + national[2:],
		inScript('٠', "+"+country+national),
		inScript('０', "+"+country) + inScript('𝟎', national),
	}
	if phone.IsMainland() {
		all = append(all, national, country+national, "0"+national, "+"+country+"0"+national)
	}
	return all
}

// inScript writes the digits of text in the script that has this zero.
func inScript(zero rune, text string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' {
			return r
		}
		return zero + r - '0'
	}, text)
}
