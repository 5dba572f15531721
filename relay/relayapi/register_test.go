package relayapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestCredentialsNeverPrint(t *testing.T) {
	t.Parallel()
	values := []any{relayapi.Credential("secret-7"), relayapi.Register{Code: "secret-7"}, &relayapi.Registered{Token: "secret-7"}}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			require.NotContains(t, fmt.Sprintf(verb, value), "secret-7", verb)
			require.NotContains(t, fmt.Sprintf(verb, value), "7365637265742d37", verb)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "code", relayapi.Credential("secret-7"))
	require.NotContains(t, log.String(), "secret-7")
}
