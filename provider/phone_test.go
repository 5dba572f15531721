package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

const (
	someNumber = "13800138000"
	someMasked = "138****8000"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	const mainland = "+86" + someNumber
	for _, tc := range []struct {
		name string
		text string
		want string
	}{
		{"bare", "13800138000", mainland},
		{"plus 86", "+8613800138000", mainland},
		{"0086", "008613800138000", mainland},
		{"86", "8613800138000", mainland},
		{"spaces", "138 0013 8000", mainland},
		{"spaces after the country", "+86 138 0013 8000", mainland},
		{"space after the plus", "+ 86 138 0013 8000", mainland},
		{"hyphens", "138-0013-8000", mainland},
		{"dots", "138.0013.8000", mainland},
		{"country in parentheses", "(+86)13800138000", mainland},
		{"country in parentheses without plus", "(86) 138-0013-8000", mainland},
		{"surrounding white space", "\t 13800138000 \r\n", mainland},
		{"tab between digits", "138\t0013\t8000", mainland},
		{"full-width digits", "１３８００１３８０００", mainland},
		{"full-width everything", "＋８６　１３８－００１３－８０００", mainland},
		{"full-width parentheses", "（０８６）", ""},
		{"full-width country in parentheses", "（＋８６）１３８００１３８０００", mainland},
		{"half of it full-width", "+８６138００１３8000", mainland},
		{"no-break space", "138\u00a00013\u00a08000", mainland},
		{"non-breaking hyphen", "138\u20110013\u20118000", mainland},
		{"en dash", "138\u20130013\u20138000", mainland},
		{"em dash", "138\u20140013\u20148000", mainland},
		{"thin space", "138\u20090013\u20098000", mainland},
		{"direction marks of an address book", "\u202d13800138000\u202c", mainland},
		{"zero-width space", "138\u200b00138000", mainland},
		{"byte order mark", "\ufeff13800138000", mainland},
		{"first of the 13 range", "13000000000", "+8613000000000"},
		{"last of the 19 range", "19999999999", "+8619999999999"},

		{"United States", "+1 (202) 555-0123", "+12025550123"},
		{"United States with 00", "0012025550123", "+12025550123"},
		{"Hong Kong", "+852 5123 4567", "+85251234567"},
		{"United Kingdom", "+44 7700 900123", "+447700900123"},
		{"shortest", "+2901234", "+2901234"},
		{"longest", "+123456789012345", "+123456789012345"},
		{"longest with 00", "00123456789012345", "+123456789012345"},
		{"begins like a mainland number", "+1 380 013 8000", "+13800138000"},

		{"empty", "", ""},
		{"white space", " \t ", ""},
		{"plus alone", "+", ""},
		{"00 alone", "00", ""},
		{"separators alone", "-()-", ""},
		{"ten digits", "1380013800", ""},
		{"twelve digits", "138001380001", ""},
		{"12 range", "12800138000", ""},
		{"10 range", "10086100861", ""},
		{"landline", "01065529988", ""},
		{"landline with country", "+861065529988", ""},
		{"mainland too short", "+86138001380", ""},
		{"mainland too long", "+86138001380001", ""},
		{"foreign without plus", "12025550123", ""},
		{"Hong Kong without plus", "85251234567", ""},
		{"plus and 00", "+008613800138000", ""},
		{"two pluses", "++8613800138000", ""},
		{"plus in the middle", "86+13800138000", ""},
		{"country code zero", "+0123456789", ""},
		{"too short", "+290123", ""},
		{"sixteen digits", "+1234567890123456", ""},
		{"a thousand digits", strings.Repeat("1", 1000), ""},
		{"letters", "138abcd8000", ""},
		{"one letter", "1380013800O", ""},
		{"two numbers", "13800138000,13900139000", ""},
		{"extension", "13800138000#1", ""},
		{"other digits", "١٣٨٠٠١٣٨٠٠٠", mainland},
		{"half-width letters of another script", "138\uff800013\uff808000", ""},
		{"Chinese numerals", "一三八〇〇一三八〇〇〇", ""},
		{"line break inside", "1380013\n8000", mainland},
		{"NUL", "13800138000\x00", ""},
		{"broken UTF-8", "13800138000\xff", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			phone, err := provider.ParsePhone(tc.text)
			if tc.want == "" {
				require.ErrorIs(t, err, provider.KindRecipient)
				require.True(t, phone.IsZero())
				requireHidden(t, err.Error(), tc.text)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, phone.E164())
			require.False(t, phone.IsZero())
			require.Equal(t, tc.want, "+"+phone.CountryCode()+phone.National())
		})
	}
}

func TestParsePhoneNeedsNoMemory(t *testing.T) { //nolint:paralleltest // It counts what the process allocates.
	for _, text := range []string{"13800138000", "+86 138-0013-8000", "＋８６　１３８００１３８０００", "+1 (202) 555-0123", "00123456789012345"} {
		allocations := testing.AllocsPerRun(100, func() {
			if _, err := provider.ParsePhone(text); err != nil {
				t.Fatal(err)
			}
		})
		require.Zero(t, allocations, text)
	}
}

func TestIsMainlandNeedsNoMemory(t *testing.T) { //nolint:paralleltest // It counts what the process allocates.
	phone := provider.MustParsePhone(someNumber)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if !phone.IsMainland() {
			t.Fatal("not mainland")
		}
	}))
}

// requireHidden fails when out repeats a number that was given in.
func requireHidden(t *testing.T, out, in string) {
	t.Helper()
	if len(in) >= 7 {
		require.NotContains(t, out, in)
	}
	require.NotContains(t, out, "0013")
}

func TestParsePhoneErrorNamesTheOperation(t *testing.T) {
	t.Parallel()
	_, err := provider.ParsePhone("12")
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, provider.OpParse, failure.Op)
	require.False(t, failure.MayHaveSent)
	require.Contains(t, err.Error(), "phone number")
}

func TestParsePhoneSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"empty", " ", "empty"},
		{"letter", "1380013800O", "neither a digit nor a separator"},
		{"endless", strings.Repeat("1 ", 1000), "too long"},
		{"not a mobile number", "01065529988", "13 to 19"},
		{"mainland behind a plus", "+861065529988", "+86 wants a mobile number"},
		{"no country", "+0123456789", "no such country code"},
		{"sixteen digits", "+1234567890123456", "15 digits of E.164"},
		{"six digits", "+290123", "too short"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := provider.ParsePhone(tc.text)
			require.ErrorContains(t, err, tc.want)
		})
	}
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
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.NotContains(t, err.Error(), "13800138")
}
