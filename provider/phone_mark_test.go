package provider_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// ignorable is the property Default_Ignorable_Code_Point as the Unicode standard
// lists it (DerivedCoreProperties.txt, the same since Unicode 14): 4174 characters.
var ignorable = [][2]rune{
	{0x00AD, 0x00AD},
	{0x034F, 0x034F},
	{0x061C, 0x061C},
	{0x115F, 0x1160},
	{0x17B4, 0x17B5},
	{0x180B, 0x180F},
	{0x200B, 0x200F},
	{0x202A, 0x202E},
	{0x2060, 0x206F},
	{0x3164, 0x3164},
	{0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF},
	{0xFFA0, 0xFFA0},
	{0xFFF0, 0xFFF8},
	{0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A},
	{0xE0000, 0xE0FFF},
}

func isIgnorable(r rune) bool {
	for _, part := range ignorable {
		if r >= part[0] && r <= part[1] {
			return true
		}
	}
	return false
}

// isRead reports whether mark may stand between the digits of a number.
func isRead(t *testing.T, mark string) bool {
	t.Helper()
	phone, err := provider.ParsePhone("138" + mark + "0013" + mark + "8000")
	if err != nil {
		require.ErrorIs(t, err, provider.KindRecipient)
		return false
	}
	require.Equal(t, "+86"+someNumber, phone.E164(), "%+q", mark)
	return true
}

// everyRune calls check for all code points that text can hold.
func everyRune(check func(r rune)) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			check(r)
		}
	}
}

func TestP1InvisibleMarksAreSkipped(t *testing.T) {
	t.Parallel()
	skipped := 0
	everyRune(func(r rune) {
		if !isIgnorable(r) && !strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", r) {
			return
		}
		skipped++
		require.True(t, isRead(t, string(r)), "%U between digits", r)
		phone, err := provider.ParsePhone(string(r) + "+" + string(r) + "1 202 555 0123" + string(r))
		require.NoError(t, err, "%U around a number", r)
		require.Equal(t, "+12025550123", phone.E164())
	})
	require.Equal(t, 4174+7, skipped)
}

// Format characters that somebody sees are no separators, and neither is what
// controls a terminal.
func TestP1VisibleMarksAreRefused(t *testing.T) {
	t.Parallel()
	refused := 0
	everyRune(func(r rune) {
		if unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Cc, unicode.Co) && !isIgnorable(r) && !unicode.IsSpace(r) {
			refused++
			require.False(t, isRead(t, string(r)), "%U", r)
		}
	})
	require.Greater(t, refused, 100_000)
}

func TestP2DashesDotsAndBracketsAreRead(t *testing.T) {
	t.Parallel()
	everyRune(func(r rune) {
		isWave := r == '〜' || r == '〰'
		if unicode.In(r, unicode.Zs, unicode.Pd) && !isWave {
			require.True(t, isRead(t, string(r)), "%U", r)
		}
	})
	for _, mark := range strings.Split("− ‐ ‑ ‒ – — ― ⁃ ˗ ─ ━ ﹘ ﹣ － —— － - · ・ ･ • ‧ ∙ ⋅ 。 ｡ ． ﹒ .", " ") {
		require.True(t, isRead(t, mark), "%+q", mark)
	}
	for _, tc := range []struct{ text, want string }{
		{"138−0013−8000", "+8613800138000"},
		{"[+86]13800138000", "+8613800138000"},
		{"［＋８６］13800138000", "+8613800138000"},
		{"【+86】138 0013 8000", "+8613800138000"},
		{"〔86〕138·0013·8000", "+8613800138000"},
		{"「13800138000」", "+8613800138000"},
		{"《13800138000》", "+8613800138000"},
		{"﹙+86﹚138﹣0013﹣8000", "+8613800138000"},
		{"{+86} 13800138000", "+8613800138000"},
		{"﹢86 13800138000", "+8613800138000"},
		{"+86——138——0013——8000", "+8613800138000"},
		{"13800138000。", "+8613800138000"},
		{"----13800138000----", "+8613800138000"},
		{"+1 〔202〕 555−0123", "+12025550123"},
		{"+1 (202) 555 - 0123", "+12025550123"},
		{"+33 6.12.34.56.00", "+33612345600"},
	} {
		phone, err := provider.ParsePhone(tc.text)
		require.NoError(t, err, tc.text)
		require.Equal(t, tc.want, phone.E164(), tc.text)
	}
}

// A letter, and what means "or", "and" or "to", is no separator in any alphabet.
func TestP2LettersAndListsAreRefused(t *testing.T) {
	t.Parallel()
	everyRune(func(r rune) {
		if unicode.IsLetter(r) && !isIgnorable(r) || unicode.In(r, unicode.No, unicode.Nl, unicode.Sc) {
			require.False(t, isRead(t, string(r)), "%U", r)
		}
	})
	for _, mark := range strings.Split("/ ／ , ， ; ； 、 ､ ‚ „ | ~ ～ 〜 〰 : ： & ＆ # ＃ * ＊ _ ＿ = ? ！ … ‥ × x ~ \" ' “ ” % @ \\ ⁄ ∕", " ") {
		require.False(t, isRead(t, mark), "%+q", mark)
	}
}

func TestP3DigitsOfEveryScriptAreRead(t *testing.T) {
	t.Parallel()
	// Some zeros by their place in the standard, so that the test does not count
	// like the code.
	for _, zero := range []rune{
		0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0E50, 0x0F20, 0x1040, 0x17E0, 0x1810, 0x1090, 0xA620, 0xFF10, 0x104A0,
		0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E950, 0x1FBF0,
	} {
		var text strings.Builder
		for _, digit := range "+8613800138000" {
			if digit == '+' {
				text.WriteRune(digit)
				continue
			}
			text.WriteRune(zero + digit - '0')
		}
		phone, err := provider.ParsePhone(text.String())
		require.NoError(t, err, "%U", zero)
		require.Equal(t, "+86"+someNumber, phone.E164(), "%U", zero)
	}
	// All of them: ten in a row, each worth one more than the one before.
	count := 0
	everyRune(func(r rune) {
		if !unicode.Is(unicode.Nd, r) {
			return
		}
		want := string(rune('0' + count%10))
		count++
		phone, err := provider.ParsePhone("138001" + string(r) + "8000")
		require.NoError(t, err, "%U", r)
		require.Equal(t, "138001"+want+"8000", phone.National(), "%U", r)
	})
	require.Zero(t, count%10)
	require.GreaterOrEqual(t, count, 680)
}

func TestP3MixedDigits(t *testing.T) {
	t.Parallel()
	phone, err := provider.ParsePhone("＋８६ 1٣۸００१३ ८0𝟎𝟘")
	require.NoError(t, err)
	require.Equal(t, "+86"+someNumber, phone.E164())
}

// What is not clearly a separator of groups must not make another number.
func TestP5NoSeparatorChangesTheNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"138+00138000", "86+13800138000", "+86+13800138000", "++8613800138000", "13800138000+", "(+)(+)8613800138000",
		"13800138000 13900139000", "13800138000\n13900139000", "+85251234567 +85251234568", "+85251234567\n+85251234568",
		"+8525123\n+8525124", "0085251234567 0085251234568",
		"13800138000/13900139000", "13800138000/1", "13800138000,1", "13800138000;1", "13800138000、13900139000", "+8525123456、7",
		"+1 202 555 0123 x12", "+1 202 555 0123 ext. 12", "+1 202 555 0123#12", "+12025550123;ext=12", "+1 202 555 0123 (12)",
		"+1 202 555 0123 (12", "+852 5123 4567【2】", "+852 5123 4567 [1234]", "13800138000转12", "13800138000-12", "13800138000*12", "13800138000p12",
		"+852 5123 456~7", "+852 5123 456〜7", "+852 5123 456/7", "+852 5123456:7",
		"1.3800138e10", "13800138000.0", "1,380,013,8000", "0x3367F5F40", "138_0013_8000",
		"138****8000", "+852 5*****67", "+852 5-----67", "+852 512·····67", "+852 512••4567", "+1 202...0123", "+1 202———0123", "+1 202…0123", "+1 202 ??? 0123",
	} {
		phone, err := provider.ParsePhone(text)
		require.ErrorIs(t, err, provider.KindRecipient, text)
		require.True(t, phone.IsZero(), text)
		require.NotContains(t, err.Error(), "0013")
		require.NotContains(t, err.Error(), "5123")
	}
}

func TestP5SaysWhy(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"+85251234567 +85251234568", "a plus may stand in front only"},
		{"138****8000", "masked"},
		{"+1 202...0123", "digits seem to be missing"},
		{"+1 202 555 0123 (12)", "extension"},
	} {
		_, err := provider.ParsePhone(tc.text)
		require.ErrorContains(t, err, tc.want)
	}
}
