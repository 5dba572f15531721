package gateway_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

func TestParseHash(t *testing.T) {
	t.Parallel()
	text := gateway.HashToken("shop-token")
	hash, err := gateway.ParseHash(text)
	require.NoError(t, err)
	require.Equal(t, text, hash.Hex())
	for _, bad := range []string{"", text[1:], text + "00", text[:62] + "xy", strings.Repeat("字", 64)} {
		var field *gateway.FieldError
		_, err := gateway.ParseHash(bad)
		require.ErrorAs(t, err, &field, bad)
	}
}

// The log has as much of a hash as tells tokens apart.
func TestAHashPrintsItsFirstDigits(t *testing.T) {
	t.Parallel()
	hash := hashOf(t, "shop-token")
	want := hash.Hex()[:8] + "…"
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", hash, "principals", []gateway.Principal{{Token: hash}})
	require.Contains(t, log.String(), want)
	encoded, err := json.Marshal(gateway.Principal{Token: hash})
	require.NoError(t, err)
	for _, printed := range []string{
		fmt.Sprint(hash), fmt.Sprintf("%#v", gateway.Principal{Token: hash}), fmt.Sprintf("%+v %x", hash, hash), log.String(), string(encoded),
	} {
		require.Contains(t, printed, hash.Hex()[:8])
		require.NotContains(t, printed, hash.Hex()[:10])
	}
	require.Empty(t, fmt.Sprint(gateway.Hash{}))
}
