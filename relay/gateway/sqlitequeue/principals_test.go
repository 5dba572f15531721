package sqlitequeue

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

func openPrincipals(tb testing.TB, path string) (*Queue, gateway.Principals) {
	tb.Helper()
	queue, err := New(Config{Path: path})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, queue.Close()) })
	return queue, queue.Principals()
}

func principal(name string, token byte) gateway.Principal {
	return gateway.Principal{Name: name, Role: gateway.RolePhone, Token: gateway.Hash{token, 1}}
}

// TestUnreadablePrincipals has rows that this package would not write: each lets nobody in,
// and keeps nobody else out.
func TestUnreadablePrincipals(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"rights":     "UPDATE principals SET rights = 'x' WHERE name = 'damaged'",
		"short hash": "UPDATE registrations SET code = x'01', rights = 'x'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queue, principals := openPrincipals(t, filepath.Join(t.TempDir(), "queue.db"))
			require.NoError(t, principals.Put(t.Context(), principal("damaged", 1)))
			require.NoError(t, principals.Put(t.Context(), principal("whole", 2)))
			now := time.Now()
			require.NoError(t, principals.AddRegistration(t.Context(), gateway.Registration{Code: gateway.Hash{3}, Role: gateway.RolePhone, Ends: now}, now))
			queue.pragma(t, damage)
			if name == "rights" {
				_, err := principals.Find(t.Context(), gateway.Hash{1, 1})
				require.ErrorContains(t, err, "sqlitequeue: ")
			}
			_, err := principals.Redeem(t.Context(), gateway.Redemption{Code: gateway.Hash{3}, Token: gateway.Hash{4}, Now: now})
			require.Error(t, err)
			_, err = principals.Find(t.Context(), gateway.Hash{2, 1})
			require.NoError(t, err)
		})
	}
}

// A file that was made before there were principals gets their tables.
func TestAnOlderFileGetsPrincipals(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	queue, err := New(Config{Path: path})
	require.NoError(t, err)
	queue.pragma(t, "DROP TABLE principals")
	queue.pragma(t, "DROP TABLE registrations")
	require.NoError(t, queue.Close())
	_, principals := openPrincipals(t, path)
	require.NoError(t, principals.Put(t.Context(), principal("phone", 1)))
}

func TestPrincipalsEndWithTheirQueue(t *testing.T) {
	t.Parallel()
	queue, principals := openPrincipals(t, filepath.Join(t.TempDir(), "queue.db"))
	require.NoError(t, queue.Close())
	_, err := principals.Find(t.Context(), gateway.Hash{1})
	require.ErrorIs(t, err, gateway.ErrClosed)
	_, err = principals.List(t.Context())
	require.ErrorIs(t, err, gateway.ErrClosed)
	require.ErrorIs(t, principals.Put(t.Context(), principal("phone", 1)), gateway.ErrClosed)
}

// BenchmarkFind is what every request costs whose token is stored.
func BenchmarkFind(b *testing.B) {
	_, principals := openPrincipals(b, filepath.Join(b.TempDir(), "queue.db"))
	for n := range byte(100) {
		require.NoError(b, principals.Put(b.Context(), principal("phone", n)))
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := principals.Find(b.Context(), gateway.Hash{7, 1}); err != nil {
				b.Error(err)
			}
		}
	})
}
