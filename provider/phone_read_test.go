package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
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

func TestParsePhoneErrorNamesTheOperation(t *testing.T) {
	t.Parallel()
	_, err := provider.ParsePhone("12")
	failure := failureOf(t, err)
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
