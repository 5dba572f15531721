package httpx_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cfg  httpx.Config
		want string
	}{
		{name: "https", cfg: httpx.Config{BaseURL: "https://a.example"}},
		{name: "http with port and path", cfg: httpx.Config{BaseURL: "http://127.0.0.1:8080/x/"}},
		{name: "none", want: "BaseURL: must not be empty"},
		{name: "no scheme", cfg: httpx.Config{BaseURL: "a.example"}, want: "BaseURL: want https://"},
		{name: "other scheme", cfg: httpx.Config{BaseURL: "ftp://a.example"}, want: "BaseURL: want https://"},
		{name: "no host", cfg: httpx.Config{BaseURL: "https://"}, want: "BaseURL: no host"},
		{name: "not a URL", cfg: httpx.Config{BaseURL: "https://a b\x00"}, want: "BaseURL: not a URL"},
		{name: "query", cfg: httpx.Config{BaseURL: "https://a.example?x=1"}, want: "BaseURL: must not have"},
		{name: "fragment", cfg: httpx.Config{BaseURL: "https://a.example#x"}, want: "BaseURL: must not have"},
		{name: "user", cfg: httpx.Config{BaseURL: "https://me:secret@a.example"}, want: "BaseURL: must not have"},
		{name: "both", cfg: httpx.Config{Timeout: -1}, want: "Timeout: must not be negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.cfg.Validate()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "secret")
			_, err = httpx.New(httpx.Config{BaseURL: tt.cfg.BaseURL})
			require.Error(t, err)
		})
	}
}

func TestClientPrintsNothingOfWhatItHolds(t *testing.T) {
	t.Parallel()
	c, err := httpx.New(httpx.Config{Provider: "test", BaseURL: "https://a.example", HTTPClient: http.DefaultClient})
	require.NoError(t, err)
	require.Equal(t, "httpx.Client(test)", fmt.Sprintf("%+v", c))
}

func TestNamed(t *testing.T) {
	t.Parallel()
	_, err := provider.Templates{}.Lookup("login")
	named := httpx.Named(err, "test")
	require.ErrorContains(t, named, "test: send: template: ")
	require.ErrorIs(t, named, provider.KindTemplate)
	require.NotContains(t, err.Error(), "test: ", "the original is not changed")
	require.Equal(t, named, httpx.Named(named, "other"), "a name that is there stays")
	other := errors.New("other")
	require.Equal(t, other, httpx.Named(other, "test"))
}
