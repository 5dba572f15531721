package provider_test

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestC2CleanCode(t *testing.T) {
	t.Parallel()
	const code = "042137"
	for _, typed := range []string{
		"042137", "042137 ", " 042137", "042 137", "042137\n", "042137\r\n", "\t042137", "042-137", "042.137", "(042) 137",
		"０４２１３７", "０４２ １３７", "٠٤٢١٣٧", "۰۴۲۱۳۷", "०४२१३७", "𝟎𝟒𝟐𝟏𝟑𝟕", "𝟬𝟰𝟮𝟭𝟯𝟳",
		"042\u00a0137", "042\u3000137", "042\u2009137", "\u200b042137\u200d", "\ufeff042137", "042\ufe0f137", "042\u034f137", "042\U000e0100137",
		"042\u2028137\u2029", "042\u2212137", "042\u2013137", "042－137", "\u202a042137\u202c", "\u2060042137", "042\u3164137",
	} {
		require.Equal(t, code, provider.CleanCode(typed), "%+q", typed)
		require.Equal(t, code, provider.CleanCode(provider.CleanCode(typed)))
	}
	for typed, want := range map[string]string{
		"": "", " ": "", "\u200b": "", "AB12": "AB12", "ａｂ１２": "ab12", "042137x": "042137x", "042,137": "042,137",
		"042/137": "042/137", "042;137": "042;137", "+042137": "+042137", "四二": "四二", "042137。": "042137。", "½": "½", "①": "①",
	} {
		require.Equal(t, want, provider.CleanCode(typed), "%+q", typed)
	}
}

// Every decimal digit of Unicode is read as its value.
func TestC2DigitsOfEveryScript(t *testing.T) {
	t.Parallel()
	digits := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Nd, r) {
			require.Equal(t, string(rune('0'+digits%10)), provider.CleanCode(string(r)), "%U", r)
			digits++
		}
	}
	require.Greater(t, digits, 600)
}

// recordsVerify is a provider that records what it is asked to verify.
type recordsVerify struct {
	fake.Provider
	asked []string
}

func (p *recordsVerify) Verify(_ context.Context, _ provider.Receipt, code string) error {
	p.asked = append(p.asked, code)
	return nil
}

func TestC2VerifyCleansTheCode(t *testing.T) {
	t.Parallel()
	p := &recordsVerify{}
	r := provider.Receipt{Provider: p.Name(), Code: provider.CodeByProvider}
	for _, typed := range []string{"042137 ", "042 137", "042137\n", "０４２１３７"} {
		require.NoError(t, provider.Verify(t.Context(), p, r, typed))
	}
	require.Equal(t, strings.Split("042137 042137 042137 042137", " "), p.asked)
}

func FuzzC2CleanCode(f *testing.F) {
	f.Add("042 137")
	f.Add("\xff０４")
	f.Fuzz(func(t *testing.T, typed string) {
		clean := provider.CleanCode(typed)
		require.Equal(t, clean, provider.CleanCode(clean))
	})
}
