package otp_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

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

// FuzzHandlerBody reads any body: what is read is what every reader of JSON reads.
func FuzzHandlerBody(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"phone":"1"}`, `{"phone":"１","code":"\u0031"}`, `{"phone":"1","phone":"2"}`, `{"phone":null}`, `{"phone":"\ud800"}`,
		`{"phone":"1"}{}`, "{\"phone\":\"\xff\"}", `[{}]`, ` {"code" : "1" } `, `{"code":"1",}`, "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		read, err := otp.DecodeBody(body, []string{"phone", "code"})
		if err != nil {
			require.ErrorIs(t, err, otp.BadRequest)
			require.Less(t, len(err.Error()), 1000, "an answer repeats little of a request")
			return
		}
		all := map[string]string{}
		require.NoError(t, json.Unmarshal(body, &all))
		require.Equal(t, all, read)
		for name, value := range read {
			require.Contains(t, []string{"phone", "code"}, name)
			require.True(t, utf8.ValidString(value))
		}
	})
}

// FuzzHandlerQuery reads any query.
func FuzzHandlerQuery(f *testing.F) {
	for _, seed := range []string{"", "id=1", "id=1&id=2", "id=%ff", "id=1;purpose=2", "id=+%2B", "&&=", "id"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		read, err := otp.DecodeQuery(query, []string{"id", "purpose"})
		if err != nil {
			require.ErrorIs(t, err, otp.BadRequest)
			return
		}
		values := url.Values{}
		for name, value := range read {
			values.Set(name, value)
		}
		again, err := otp.DecodeQuery(values.Encode(), []string{"id", "purpose"})
		require.NoError(t, err)
		require.Equal(t, read, again)
	})
}

// FuzzWords reads any list of languages.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "en", "zh-CN,en;q=0.9", "*;q=0", "en;q=1e-400", strings.Repeat(",", 100)} {
		f.Add(seed)
	}
	used := []string{otp.Words("zh").For(otp.Used), otp.Words("en").For(otp.Used)}
	f.Fuzz(func(t *testing.T, list string) { require.Contains(t, used, otp.Words(list).For(otp.Used)) })
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
