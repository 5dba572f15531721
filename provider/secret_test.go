package provider_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

type account struct {
	ID     string          `json:"id"`
	APIKey provider.Secret `json:"api_key"`
	Other  *provider.Secret
}

func TestSecretPrintsStars(t *testing.T) {
	t.Parallel()
	const value = "hunter2"
	secret := provider.Secret(value)
	for _, verb := range verbs {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, "***", fmt.Sprintf(verb, secret))
			require.Empty(t, fmt.Sprintf(verb, provider.Secret("")))
			for _, holder := range []any{
				&secret,
				account{"a", secret, &secret},
				&account{"a", secret, &secret},
				[]provider.Secret{secret},
				map[provider.Secret]provider.Secret{secret: secret},
			} {
				out := fmt.Sprintf(verb, holder)
				require.NotContains(t, out, value)
				require.NotContains(t, out, fmt.Sprintf("%x", value))
			}
		})
	}
	require.Equal(t, value, string(secret), "a conversion gives the value")
}

func TestSecretInEncodings(t *testing.T) {
	t.Parallel()
	secret := provider.Secret("hunter2")
	data, err := json.Marshal(account{"a", secret, &secret})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"a","api_key":"***","Other":"***"}`, string(data))

	data, err = xml.Marshal(account{"a", secret, &secret})
	require.NoError(t, err)
	require.NotContains(t, string(data), "hunter2")

	var read account
	require.NoError(t, json.Unmarshal([]byte(`{"api_key":"hunter2"}`), &read))
	require.Equal(t, "hunter2", string(read.APIKey), "secrets are read as ordinary text")
}
