package tencent_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// address is the only one that the transports of these tests know.
const address = "https://sms.tencentcloudapi.com/"

// answering makes a provider whose requests to the service's address are answered by
// respond; requests to another one fail.
func answering(t *testing.T, respond httpmock.Responder) (*tencent.Provider, *httpmock.MockTransport) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, address, respond)
	return newProvider(t, newConfig(&http.Client{Transport: transport})), transport
}

// TestRegionBreaker fails more often than the SDK's breaker would bear: with it the
// sixth request would go to another host, with the credentials.
func TestRegionBreaker(t *testing.T) {
	t.Parallel()
	const sends = 12
	p, transport := answering(t, httpmock.NewErrorResponder(io.ErrUnexpectedEOF))
	for range sends {
		_, err := p.Send(t.Context(), newMessage("login"))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	require.Equal(t, sends, transport.GetCallCountInfo()[http.MethodPost+" "+address])
	require.Equal(t, sends, transport.GetTotalCallCount())
}

// TestNoRetry covers what the SDK can be told to repeat: a rate limit and a network
// failure.
func TestNoRetry(t *testing.T) {
	t.Parallel()
	for name, respond := range map[string]httpmock.Responder{
		"rate limit":      httpmock.NewStringResponder(http.StatusOK, `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"},"RequestId":"x"}}`),
		"network failure": httpmock.NewErrorResponder(&net.DNSError{Err: "busy", IsTimeout: true, IsTemporary: true}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				p, transport := answering(t, respond)
				_, err := p.Send(t.Context(), newMessage("login"))
				require.Error(t, err)
				require.Equal(t, 1, transport.GetTotalCallCount())
				require.Zero(t, time.Since(started), "the SDK waits before it repeats")
			})
		})
	}
}

// TestCannotBeRepeated looks at what net/http needs to repeat a POST by itself.
func TestCannotBeRepeated(t *testing.T) {
	t.Parallel()
	p, _ := answering(t, func(r *http.Request) (*http.Response, error) {
		require.Nil(t, r.GetBody)
		require.NotContains(t, r.Header, "X-Idempotency-Key")
		require.NotContains(t, r.Header, "Idempotency-Key")
		return httpmock.NewStringResponse(http.StatusOK, accepted("+8613800138000")), nil
	})
	_, err := p.Send(t.Context(), newMessage("login"))
	require.NoError(t, err)
}

// TestEventStream has the content type under which the SDK would read a reply in
// another way.
func TestEventStream(t *testing.T) {
	t.Parallel()
	p, _ := answering(t, httpmock.NewStringResponder(http.StatusOK, accepted("+8613800138000")).
		HeaderSet(http.Header{"Content-Type": {"text/event-stream"}}))
	_, err := p.Send(t.Context(), newMessage("login"))
	require.NoError(t, err)
}

// TestTwoProviders sends to two hosts in turn: the SDK's requests remember the
// first host that they went to.
func TestTwoProviders(t *testing.T) {
	t.Parallel()
	for range 2 {
		p, server := start(t, newService(tencentsim.Config{}))
		for range 2 {
			_, err := p.Send(t.Context(), newMessage("login"))
			require.NoError(t, err)
		}
		require.Len(t, server.Texts(), 2)
	}
}
