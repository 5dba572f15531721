package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/provider"
)

// Each benchmark has its floor beside it: the least that any code for the same
// job does. The ratio of the two says what the package adds.

func BenchmarkParsePhone(b *testing.B) {
	for _, bc := range []struct{ name, text string }{
		{"bare", "13800138000"},
		{"typed", "+86 138-0013-8000"},
		{"fullwidth", "＋８６　１３８００１３８０００"},
		{"foreign", "+1 (202) 555-0123"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := provider.ParsePhone(bc.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("always new", func(b *testing.B) {
		text := []byte("13800000000")
		b.ReportAllocs()
		for b.Loop() {
			countUp(text[2:])
			if _, err := provider.ParsePhone(string(text)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		pattern := regexp.MustCompile(`^(?:\+86)?(1[3-9][0-9]{9})$`)
		b.ReportAllocs()
		for b.Loop() {
			if pattern.FindStringSubmatch("13800138000") == nil {
				b.Fatal("no match")
			}
		}
	})
}

// countUp adds one to a decimal number.
func countUp(digits []byte) {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i]++; digits[i] <= '9' {
			return
		}
		digits[i] = '0'
	}
}

func BenchmarkRender(b *testing.B) {
	template := provider.Template{ID: "1", Params: []string{"code", "minutes"}, Text: "您的验证码是{code}，{minutes}分钟内有效。"}
	params := provider.Params{"code": "042137", "minutes": "10"}
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := template.Render(params); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("values", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := template.Values(params); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			replacer := strings.NewReplacer("{code}", params["code"], "{minutes}", params["minutes"])
			if replacer.Replace(template.Text) == "" {
				b.Fatal("empty")
			}
		}
	})
}
