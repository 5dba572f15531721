package tencent

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func testConfig() Config {
	return Config{
		SecretID: "AKIDEXAMPLE", SecretKey: "FAKEKEY", AppID: "1400006666", Sign: "签名",
		Templates: provider.Templates{"login": {ID: "1110", Params: []string{"code"}}},
	}
}

// TestGlobalClient is not parallel: it sets a global of the SDK, which every New
// reads. Parallel tests wait until the others are through.
func TestGlobalClient(t *testing.T) { //nolint:paralleltest // See above.
	global := &http.Client{}
	common.DefaultHttpClient = global
	defer func() { common.DefaultHttpClient = nil }()
	_, err := New(testConfig())
	require.EqualError(t, err, "tencent: config: the SDK's global common.DefaultHttpClient is set: leave it nil and set HTTPClient")
	require.Equal(t, &http.Client{}, global, "it was not changed")
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s, err := newSDK(testConfig().withDefaults())
	require.NoError(t, err)
	p := newProfile(s.exchanges.URL("", ""))
	require.True(t, p.DisableRegionBreaker)
	require.Zero(t, p.NetworkFailureMaxRetries)
	require.Zero(t, p.RateLimitExceededMaxRetries)
	require.False(t, p.UnsafeRetryOnConnectionFailure)
	require.False(t, p.Debug, "it would log the signature and the text")
	require.False(t, p.UnsignedPayload)
	require.Empty(t, p.HttpProfile.Proxy)
}

// TestOneRequestOnly makes sure that whatever the SDK takes into its head, a
// second request of a call does not leave, nor one without a call.
func TestOneRequestOnly(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"},"RequestId":"x"}}`}
	cfg := testConfig()
	cfg.HTTPClient = stub.Client()
	s, err := newSDK(cfg.withDefaults())
	require.NoError(t, err)

	twice := func(ctx context.Context, request *sms.SendSmsRequest) (*sms.SendSmsResponse, error) {
		_, first := s.client.SendSmsWithContext(ctx, request)
		require.Error(t, first)
		return s.client.SendSmsWithContext(ctx, request)
	}
	_, err = call(t.Context(), s, provider.OpSend, twice, sms.NewSendSmsRequest(),
		func(r *sms.SendSmsResponse) *sms.SendSmsResponseParams { return r.Response })
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.True(t, provider.MayHaveSent(err))
	stub.Only(t)

	_, err = s.client.SendSmsWithContext(t.Context(), sms.NewSendSmsRequest())
	require.ErrorContains(t, err, errNotOurs.Error())
	stub.Only(t)
}

// TestNoRequest is an SDK that fails before it asks the transport.
func TestNoRequest(t *testing.T) {
	t.Parallel()
	p, err := New(testConfig())
	require.NoError(t, err)
	cause := errors.New("cannot encode")
	fails := func(context.Context, *sms.SendSmsRequest) (*sms.SendSmsResponse, error) { return nil, cause }
	_, err = call(t.Context(), p.sdk, provider.OpSend, fails, sms.NewSendSmsRequest(),
		func(r *sms.SendSmsResponse) *sms.SendSmsResponseParams { return r.Response })
	err = p.failure(provider.OpSend, err, submission{})
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorIs(t, err, cause)
	require.False(t, provider.MayHaveSent(err))
	require.EqualError(t, err, "tencent: send: config: the SDK made no request: cannot encode")
}
