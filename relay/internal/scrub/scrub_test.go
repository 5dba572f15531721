package scrub_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	to   relayapi.Number = "+8613800138000"
	text relayapi.Text   = "Your code is 824913."
)

func TestFailure(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, said, want string }{
		{"nothing", "", ""},
		{"plain", "radio off", "radio off"},
		{"short numbers stay", "+CMS ERROR: 500 (SIM 2)", "+CMS ERROR: 500 (SIM 2)"},
		{"the number", "cannot send to 13800138000", "cannot send to ***"},
		{"the number with its country", "cannot send to +8613800138000!", "cannot send to ***!"},
		{"the number with separators", "to 138-0013-8000 failed", "to *** failed"},
		{"the text", "refused: Your code is 824913.", "refused: ***"},
		{"the code alone", "bad word 824913", "bad word ***"},
		{"the code in full-width digits", "bad word ８２４９１３", "bad word ***"},
		{"spaced code", "bad word 8 2 4 9 1 3", "bad word ***"},
		{"two short groups stay apart", "12  34", "12  34"},
		{"line ends", "first\r\nsecond\x00", "first  second"},
		{"long", strings.Repeat("字", 300), strings.Repeat("字", 199) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, scrub.Failure(tt.said, to, text))
		})
	}
}

func FuzzFailure(f *testing.F) {
	f.Add("cannot send 824913 to +86 138 0013 8000")
	f.Fuzz(func(t *testing.T, said string) {
		got := scrub.Failure(said, to, text)
		require.LessOrEqual(t, utf8.RuneCountInString(got), relayapi.MaxFailureText)
		require.NotContains(t, got, "824913")
		require.NotContains(t, got, "13800138000")
	})
}

func Example() {
	fmt.Println(scrub.Failure("modem: 13800138000 is busy", to, text))
	// Output: modem: *** is busy
}
