package guard

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAFloodThatIsOverLeavesNoRoom: a map that had many keys is not walked through for the
// few that are left.
func TestAFloodThatIsOverLeavesNoRoom(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store := NewMemoryStore(MemoryConfig{Now: func() time.Time { return now }})
	m, ok := store.(*memory)
	require.True(t, ok)
	reserve := func(name string) {
		_, err := store.Reserve(t.Context(), Batch{Keys: []Key{{Name: name}}, Token: name})
		require.NoError(t, err)
	}
	for i := range 20_000 {
		reserve(fmt.Sprint(i))
	}
	require.GreaterOrEqual(t, m.mostKeys, 19_999)
	now = now.Add(keepOpen + time.Second)
	for range 20_000 {
		reserve("honest")
		now = now.Add(time.Millisecond)
	}
	require.LessOrEqual(t, len(m.keys), 1024)
	require.Less(t, m.mostKeys, 2048)
	require.Less(t, m.mostSpent, 2048)
	require.NotNil(t, m.get("honest"))
	require.True(t, m.isSpent("thonest"))
}
