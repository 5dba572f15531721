package phone

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzTermux(f *testing.F) {
	f.Add(`[{"threadid":1,"type":"sent","number":"+8613800138000","body":"Hi","_id":7}]`)
	f.Add(`{"error": "Please grant the following permission to use this command: android.permission.READ_SMS"}`)
	f.Add("[{\"_id\":9e99}]")
	f.Add("{\"error\":\"\xff" + strings.Repeat("钥", 300) + "\"}")
	f.Fuzz(func(t *testing.T, said string) {
		text := Text{To: "+8613800138000", Body: "Hi"}
		require.LessOrEqual(t, len(refusalOf(said)), 200)
		texts, err := decodeBoxes(said)
		if err != nil {
			require.NotContains(t, err.Error(), "138")
			return
		}
		_, ok := latestOf(texts, text, newestID(texts))
		require.False(t, ok, "nothing is newer than the newest")
	})
}
