package relay_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/phone"
)

func TestC10BaseURLWithVersion(t *testing.T) {
	t.Parallel()
	for address, bad := range map[string]bool{
		"https://relay.example.com/v1": true, "https://relay.example.com/v1/": true, "https://relay.example.com/sms/v1": true,
		"https://relay.example.com": false, "https://relay.example.com/v1x": false, "https://relay.example.com/v1/sms": false,
		"https://v1": false, "https://relay.example.com/xv1": false,
	} {
		cfg := newConfig(nil)
		cfg.BaseURL = address
		_, err := relay.New(cfg)
		_, phoneErr := phone.New(phone.Config{BaseURL: address, Token: "t", Sender: &phone.Fake{}})
		if bad {
			require.ErrorContains(t, err, "BaseURL: must not end in /v1", address)
			require.ErrorContains(t, phoneErr, "BaseURL: must not end in /v1", address)
		} else {
			require.NoError(t, err, address)
			require.NoError(t, phoneErr, address)
		}
	}
}

// TestC10NotTheGateway has responses of a proxy, or of another program at BaseURL.
func TestC10NotTheGateway(t *testing.T) {
	t.Parallel()
	const page = "<html><h1>nginx</h1></html>"
	tests := []struct {
		status      int
		reply       string
		kind        provider.Kind
		mayHaveSent bool
		names       string
	}{
		{http.StatusNotFound, page, provider.KindConfig, false, "BaseURL"},
		{http.StatusNotFound, "404 page not found\n", provider.KindConfig, false, "BaseURL"},
		{http.StatusNotFound, `{"detail":"Not Found"}`, provider.KindConfig, false, "BaseURL"},
		{http.StatusNotFound, "", provider.KindConfig, false, "BaseURL"},
		{http.StatusMethodNotAllowed, page, provider.KindConfig, false, "BaseURL"},
		{http.StatusNotFound, `{"error":{"code":"not_found"}}`, provider.KindConfig, false, "BaseURL"},
		{http.StatusUnauthorized, page, provider.KindUnavailable, false, ""},
		{http.StatusForbidden, page, provider.KindUnavailable, false, ""},
		{http.StatusRequestEntityTooLarge, page, provider.KindUnavailable, false, ""},
		{http.StatusTooManyRequests, page, provider.KindUnavailable, false, ""},
		{http.StatusBadRequest, page, provider.KindUnavailable, true, ""},
		{http.StatusRequestTimeout, page, provider.KindUnavailable, true, ""},
		{http.StatusConflict, page, provider.KindUnavailable, true, ""},
		{http.StatusInternalServerError, page, provider.KindUnavailable, true, ""},
		{http.StatusBadGateway, page, provider.KindUnavailable, true, ""},
		{http.StatusServiceUnavailable, page, provider.KindUnavailable, true, ""},
		{http.StatusGatewayTimeout, page, provider.KindUnavailable, true, ""},
		{http.StatusOK, page, provider.KindUnavailable, true, ""},
		{http.StatusConflict, `{"error":{"code":"unheard_of"}}`, provider.KindUnknown, true, ""},
	}
	for _, tt := range tests {
		t.Run(http.StatusText(tt.status)+" "+tt.reply, func(t *testing.T) {
			t.Parallel()
			p, err := relay.New(newConfig((&wiretest.Stub{Status: tt.status, Reply: tt.reply}).Client()))
			require.NoError(t, err)
			_, err = p.Send(t.Context(), newMessage())
			require.ErrorIs(t, err, tt.kind)
			require.Equal(t, tt.mayHaveSent, provider.MayHaveSent(err), err)
			require.ErrorContains(t, err, tt.names)
		})
	}
}
