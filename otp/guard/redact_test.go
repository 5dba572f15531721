package guard_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// TestAGuardPrintsNeitherKeyNorNumbers prints it and its settings with every verb.
func TestAGuardPrintsNeitherKeyNorNumbers(t *testing.T) {
	t.Parallel()
	key := []byte(strings.Repeat("key!", 8))
	list := []provider.Phone{provider.MustParsePhone("13800138000")}
	c := guard.Config{Key: key, AllowPhones: list, DenyPhones: list}
	g, err := guard.New(c)
	require.NoError(t, err)
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	for _, value := range []any{g, c, &c, []any{g, c}, struct{ C guard.Config }{c}} {
		for _, verb := range []string{"v", "+v", "#v", "s", "q", "x", "d"} {
			fmt.Fprintf(&out, "%"+verb+"\n", value)
		}
		logger.Info("seen", "what", value)
	}
	for _, secret := range []string{string(key[:8]), hex.EncodeToString(key[:8]), strings.Trim(fmt.Sprintf("%d", key[:8]), "[]"), "13800138000"} {
		require.NotContains(t, out.String(), secret)
	}
}

// TestAGuardKeepsItsKey has the caller wipe the slice.
func TestAGuardKeepsItsKey(t *testing.T) {
	t.Parallel()
	key := []byte(strings.Repeat("key!", 8))
	store := &counting{Store: guard.NewMemoryStore(guard.MemoryConfig{})}
	g, err := guard.New(guard.Config{Key: key, Store: store})
	require.NoError(t, err)
	clear(key)
	same, err := guard.New(guard.Config{Key: []byte(strings.Repeat("key!", 8)), Store: store})
	require.NoError(t, err)
	for _, each := range []*guard.Guard{g, same} {
		_, err = each.Reserve(t.Context(), guard.Request{Phone: provider.MustParsePhone("13800138000"), Session: "a", Purpose: "login"})
		require.NoError(t, err)
	}
	require.Equal(t, store.first, store.last)
}

// counting keeps the first key of the first and the last batch.
type counting struct {
	guard.Store
	first, last string
}

func (c *counting) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	c.last = b.Keys[0].Name
	c.first = cmp.Or(c.first, c.last)
	return c.Store.Reserve(ctx, b)
}
