package otp_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// FuzzPolicy reads any file: what is read can be written and read again.
func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{`{}`, `{"digits":6,"ladder":["60s","1m0s"]}`, `{"trys":1}`, `{"lifetime":"-1s"}`, `[]`, `{"ladder":[]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p, again otp.Policy
		if json.Unmarshal(data, &p) != nil {
			return
		}
		written, err := json.Marshal(p)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, p, again)
	})
}

// FuzzSealed opens what a store may return: nothing but what the key has sealed opens.
func FuzzSealed(f *testing.F) {
	for _, seed := range []string{"", "AAAA", "!!!", otp.Seal(key, "another place", "secret")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed string) {
		_, err := otp.Unseal(key, "a place", sealed)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	})
}

// FuzzRef reads the Ref of any report: what is read is what was written.
func FuzzRef(f *testing.F) {
	for _, seed := range []string{"", "aaaaaaaaaaaaaaaaaaaaaaaaaa01", "aaaaaaaaaaaaaaaaaaaaaaaaaa-1", "aaaaaaaaaaaaaaaaaaaaaaaaaa+1", "1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		if id, number, ok := otp.ReadRef(ref); ok {
			require.Equal(t, ref, otp.RefOf(id, number))
		}
	})
}

func TestSealedTextOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	sealed := otp.Seal(key, "a place", "secret")
	require.NotEqual(t, sealed, otp.Seal(key, "a place", "secret"))
	plain, err := otp.Unseal(key, "a place", sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", plain)
	_, err = otp.Unseal(key, "another", sealed)
	require.Error(t, err)
	_, err = otp.Unseal(other, "a place", sealed)
	require.Error(t, err)
}
