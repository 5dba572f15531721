package adapter_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestNewID(t *testing.T) {
	t.Parallel()
	id, err := adapter.NewID(bytes.NewReader([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}))
	require.NoError(t, err)
	require.Equal(t, "AAAQEAYEAUDAOCAJBIFQYDIO", id)
	seen := map[string]bool{}
	for range 1000 {
		id, err := adapter.NewID(rand.Reader)
		require.NoError(t, err)
		require.Regexp(t, `^[A-Z2-7]{24}$`, id)
		require.False(t, seen[id])
		seen[id] = true
	}
}

func TestNewIDWithoutRandomBytes(t *testing.T) {
	t.Parallel()
	id, err := adapter.NewID(strings.NewReader("short"))
	require.Empty(t, id)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, provider.KindConfig)
	_, err = newClient(t, adapter.Config{Rand: strings.NewReader("short")}).NewCall(provider.OpBalance).NewID()
	require.EqualError(t, err, "test: balance: config: Rand: no random bytes: unexpected EOF")
}

// TestNewIDOfCall: ids come from Config.Rand, and without one from crypto/rand.
func TestNewIDOfCall(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{Rand: bytes.NewReader(make([]byte, 15))}).NewCall(provider.OpSend)
	id, err := call.NewID()
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("A", 24), id)

	call = newClient(t, adapter.Config{}).NewCall(provider.OpSend)
	first, err := call.NewID()
	require.NoError(t, err)
	second, err := adapter.NewID(nil)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
}
