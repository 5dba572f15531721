package segments_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/segments"
)

const bmobSign = "比目科技" // counts 6 with its brackets

func TestCount(t *testing.T) {
	t.Parallel()
	han := func(n int) string { return strings.Repeat("码", n) }
	emoji := func(n int) string { return strings.Repeat("😀", n) }
	tests := []struct {
		name, text, sign string
		want             int
	}{
		{name: "empty", want: 1},
		{name: "one", text: "码", want: 1},
		{name: "70", text: han(70), want: 1},
		{name: "71", text: han(71), want: 2},
		{name: "134", text: han(134), want: 2},
		{name: "135", text: han(135), want: 3},
		{name: "201", text: han(201), want: 3},
		{name: "202", text: han(202), want: 4},

		{name: "ASCII counts like Han", text: strings.Repeat("a", 71), want: 2},
		{name: "ASCII, 160", text: strings.Repeat("a", 160), want: 3},

		{name: "64 and the signature", text: han(64), sign: bmobSign, want: 1},
		{name: "65 and the signature", text: han(65), sign: bmobSign, want: 2},
		{name: "128 and the signature", text: han(128), sign: bmobSign, want: 2},
		{name: "129 and the signature", text: han(129), sign: bmobSign, want: 3},
		{name: "signature with its brackets, 70", text: han(64), sign: "【比目科技】", want: 1},
		{name: "signature with its brackets, 71", text: han(65), sign: "【比目科技】", want: 2},

		{name: "emoji are two, 70", text: emoji(35), want: 1},
		{name: "emoji are two, 72", text: emoji(36), want: 2},
		{name: "33 emoji fill a part but for one place", text: emoji(66), want: 2},
		{name: "34th emoji of a part goes into the next", text: emoji(67), want: 3},
		{name: "pairs that fit after one character", text: "码" + emoji(66) + "码", want: 2},
		{name: "bytes that are no UTF-8", text: strings.Repeat("\xff", 71), want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, segments.Count(tt.text, tt.sign))
		})
	}
}

func TestCountAbroad(t *testing.T) {
	t.Parallel()
	latin := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name, text, sign string
		want             int
	}{
		{name: "empty", want: 1},
		{name: "160", text: latin(160), want: 1},
		{name: "161", text: latin(161), want: 2},
		{name: "306", text: latin(306), want: 2},
		{name: "307", text: latin(307), want: 3},
		{name: "accents and Greek of the alphabet", text: strings.Repeat("àÉñßΩ", 32), want: 1},
		{name: "line breaks", text: strings.Repeat("\r\n", 80), want: 1},
		{name: "extension, 160", text: strings.Repeat("€", 80), want: 1},
		{name: "extension, 162", text: strings.Repeat("€", 81), want: 2},
		{name: "76 extensions fill a part but for one place", text: strings.Repeat("[", 152), want: 2},
		{name: "77th extension of a part goes into the next", text: strings.Repeat("[", 153), want: 3},
		{name: "one other character, 70", text: latin(69) + "码", want: 1},
		{name: "one other character, 71", text: latin(70) + "码", want: 2},
		{name: "a letter that the alphabet lacks", text: latin(70) + "ç", want: 2},
		{name: "backquote", text: latin(70) + "`", want: 2},
		{name: "signature, 70", text: latin(64), sign: bmobSign, want: 1},
		{name: "signature, 71", text: latin(65), sign: bmobSign, want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, segments.CountAbroad(tt.text, tt.sign))
		})
	}
}

// TestGSMAlphabet counts the characters below the CJK blocks by what they cost.
func TestGSMAlphabet(t *testing.T) {
	t.Parallel()
	one, two := 0, 0
	for r := range rune(0x3000) {
		if segments.CountAbroad(strings.Repeat(string(r), 160), "") == 1 {
			one++
		} else if segments.CountAbroad(strings.Repeat(string(r), 80), "") == 1 {
			two++
		}
	}
	require.Equal(t, 127, one, "128 places, one of which is the escape")
	require.Equal(t, 10, two)
}

func FuzzCount(f *testing.F) {
	for _, seed := range []string{"", "码", strings.Repeat("😀", 34), strings.Repeat("a", 161), "\xff\xed\xa0\x80", "€[]", "【"} {
		f.Add(seed, bmobSign)
	}
	f.Fuzz(func(t *testing.T, text, sign string) {
		mainland, abroad := segments.Count(text, sign), segments.CountAbroad(text, sign)
		units := len(utf16.Encode([]rune(text)))
		require.GreaterOrEqual(t, mainland, (units+66)/67-1, "one segment may hold 70")
		require.LessOrEqual(t, mainland, (units+len(utf16.Encode([]rune(sign)))+2)/66+1, "a part holds 66 or more")
		require.GreaterOrEqual(t, abroad, 1)
		require.LessOrEqual(t, abroad, mainland)
		require.LessOrEqual(t, segments.Count(text, ""), mainland, "a signature makes nothing shorter")
		require.LessOrEqual(t, mainland, segments.Count(text+text, sign))
	})
}
