package terminal_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/terminal"
)

func Example() {
	fmt.Println(terminal.Line("sent\x1b[2J\nby 老手机"))
	// Output: sent�[2J�by 老手机
}

func TestText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\nb\ufffd\ufffd\ufffd\ufffd\ufffd c 🙂", terminal.Text("a\nb\r\x00\x9b\u202e\u009b c 🙂"))
}

// FuzzText has nothing pass that a terminal would obey.
func FuzzText(f *testing.F) {
	f.Add("a\x1b]0;title\x07\n\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range strings.ReplaceAll(terminal.Text(text), "\n", "") {
			require.True(t, unicode.IsPrint(r) || r == unicode.ReplacementChar, "%q", r)
		}
		require.NotContains(t, terminal.Line(text), "\n")
	})
}
