package storetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheSearchFindsWhatIsThere shows the search a dump of somebody who keeps plain digests.
func TestTheSearchFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	digest := func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	}
	for name, dump := range map[string]string{
		"hex":            hex.EncodeToString(digest("042097")),
		"half of it":     hex.EncodeToString(digest("id:042097")[:16]),
		"base64":         base64.RawURLEncoding.EncodeToString(digest("id042097")),
		"with a number":  base64.RawStdEncoding.EncodeToString(digest(phone.E164() + "042097")),
		"something else": hex.EncodeToString(digest("042098 ")),
	} {
		require.Equal(t, name != "something else", newSeeker("tag:"+dump+",", "id").finds("042097"), name)
	}
	require.True(t, isPartOfTime(`{"at":1795857312986}`, "857312"))
	require.False(t, isPartOfTime(`{"code":"857312"}`, "857312"))
	require.False(t, isPartOfTime("one 17958 two", "one"))
}
