package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestS3WritingsOfAValue(t *testing.T) {
	t.Parallel()
	const phone, code, name = "13800138000", "042137", "张"
	for _, tc := range []struct{ name, text, value, want string }{
		{"groups", "to 138 0013 8000 failed", phone, "to *** failed"},
		{"dashes", "to 138-0013-8000 failed", phone, "to *** failed"},
		{"with country", "to +86 138 0013 8000 failed", phone, "to +86 *** failed"},
		{"with country, together", "to 86138 0013 8000 failed", phone, "to 86*** failed"},
		{"dots and brackets", "(138) 0013.8000", phone, "(***"},
		{"slashes", "138/0013/8000", phone, "***"},
		{"no-break spaces", "138\u00a00013\u00a08000", phone, "***"},
		{"full width", "１３８００１３８０００!", phone, "***!"},
		{"full width in groups", "１３８ ００１３ ８０００!", phone, "***!"},
		{"other digits", "١٣٨٠٠١٣٨٠٠٠", phone, "***"},
		{"one by one", "1 3 8 0 0 1 3 8 0 0 0", phone, "***"},
		{"two lines", "138\n00138000", phone, "***"},
		{"invisible marks", "138\u200b0013\ufe0f8000", phone, "***"},
		{"escaped spaces", "138%200013%208000", phone, "***"},
		{"escaped dash in JSON", `138\u002d0013\u002D8000`, phone, "***"},
		{"all escaped", "%31%33%38%30%30%31%33%38%30%30%30", phone, "***"},
		{"twice escaped", "%2531%2533800138000", phone, "***"},
		{"code in groups", "code 042 137 is wrong", code, "code *** is wrong"},
		{"code with a dash", "code 042-137.", code, "code ***."},
		{"code in the middle of digits", "at 2025-03-14 10:42 137 ms", code, "at 2025-03-14 10:42 137 ms"},
		{"another number", "to 138 0013 8001", phone, "to 138 0013 8001"},
		{"far apart", "138, then came 0013 and 8000", phone, "138, then came 0013 and 8000"},

		{"percent, lower case", "name %e5%bc%a0 refused", name, "name *** refused"},
		{"percent, upper case", "name %E5%BC%A0 refused", name, "name *** refused"},
		{"percent, mixed case", "name %e5%Bc%a0 refused", name, "name *** refused"},
		{"JSON", `name \u5f20 refused`, name, "name *** refused"},
		{"JSON, upper case", `name \u5F20 refused`, name, "name *** refused"},
		{"JSON in JSON", `name \\u5f20 refused`, name, "name *** refused"},
		{"percent of JSON", `name %5Cu5f20 refused`, name, "name *** refused"},
		{"in the middle of words", "姓名张不对", name, "姓名***不对"},
		{"surrogates", `\ud83d\ude00!`, "😀", "***!"},
		{"slash in JSON", `a\/b-secret`, "a/b-secret", "***"},
		{"quotes in JSON", `x \"y\" z`, `"y"`, "x *** z"},
		{"ampersand in JSON", `a\u0026b=c`, "a&b=c", "***"},
		{"plus in an address", "a+b%20c", "a+b c", "***"},
		{"plus in a form", "a%2bb+c", "a+b c", "***"},
		{"half an escape", "100% %e5%bc \\u5f2", name, "100% %e5%bc \\u5f2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := provider.Redact(tc.text, tc.value)
			require.Equal(t, tc.want, got)
			require.Equal(t, got, provider.Redact(got, tc.value), "once is enough")
		})
	}
}

func TestS3Message(t *testing.T) {
	t.Parallel()
	m := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137", "name": "张"},
	}
	require.Equal(t, "*** *** ***, key ***", m.Redact(`138-0013-8000 042 137 \u5f20, key k%65y-1`, "key-1"))
}

// TestC7ShortSecrets: a secret of a few characters goes where it stands alone, and does not
// take the words around apart.
func TestC7ShortSecrets(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, value, want string }{
		{"invalid id", "id", "invalid ***"},
		{"id=id&x=id", "id", "***=***&x=***"},
		{"the text, at 10:00 t", "t", "the text, at 10:00 ***"},
		{"no token here", "ok", "no token here"},
		{"1234 12 3", "12", "1234 *** 3"},
		{"code7 and 77", "7", "code*** and 77"},
		{"abcd", "abc", "abcd"},
		{"abcd", "abcd", "***"},
		{"xabcdx", "abcd", "x***x"},
	} {
		require.Equal(t, tc.want, provider.Redact(tc.text, tc.value), tc.text)
	}
}

func FuzzS3Redact(f *testing.F) {
	f.Add("to 138-0013-8000, %e5%bc%a0 \\u5f20", "13800138000")
	f.Add("a+b%2B", "a+b+")
	f.Add("\xff%ff\\ud800", "\xff")
	f.Add("１３８00", "13800")
	f.Fuzz(func(t *testing.T, text, value string) {
		got := provider.Redact(text, value)
		if len(value) >= 4 && !strings.Contains(got, "*") {
			require.Equal(t, text, got)
		}
		if len(value) >= 4 && !strings.Contains(value, "*") {
			require.NotContains(t, got, value)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	text := strings.Repeat("the template 100200 does not fit, number 138-0013-8000; ", 10)
	for b.Loop() {
		provider.Redact(text, "13800138000", "042137", "0123456789abcdef0123456789abcdef", "AKID0123456789")
	}
}
