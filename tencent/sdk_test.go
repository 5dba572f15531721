package tencent

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

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
	provider, err := New(testConfig())
	require.NoError(t, err)
	p := newProfile(provider.client.BaseURL())
	require.True(t, p.DisableRegionBreaker)
	require.Zero(t, p.NetworkFailureMaxRetries)
	require.Zero(t, p.RateLimitExceededMaxRetries)
	require.False(t, p.UnsafeRetryOnConnectionFailure)
	require.False(t, p.Debug, "it would log the signature and the text")
	require.False(t, p.UnsignedPayload)
	require.Empty(t, p.HttpProfile.Proxy)
	require.Empty(t, p.HttpProfile.ApigwEndpoint, "it would be the host of every request")
}

// TestOneRequestOnly makes sure that whatever the SDK takes into its head, a second
// request of a call does not leave, nor one without a call.
func TestOneRequestOnly(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{}`}
	cfg := testConfig()
	cfg.HTTPClient = stub.Client()
	p, err := New(cfg)
	require.NoError(t, err)
	request := p.sdk.pullReplies(1)
	require.ErrorIs(t, p.sdk.client.Send(request, &tchttp.BaseResponse{}), errNotOurs)
	require.Empty(t, stub.Requests())

	x := &exchange{call: p.client.NewCall(provider.OpReports)}
	request.SetContext(context.WithValue(t.Context(), exchangeKey{}, x))
	require.ErrorIs(t, p.sdk.client.Send(request, &tchttp.BaseResponse{}), errKept)
	require.ErrorIs(t, p.sdk.client.Send(request, &tchttp.BaseResponse{}), errNotOurs)
	require.Equal(t, "{}", string(x.reply.Body))
	stub.Only(t)
}

// TestNoRequest is an SDK that fails before it asks the transport.
func TestNoRequest(t *testing.T) {
	t.Parallel()
	p, err := New(testConfig())
	require.NoError(t, err)
	p.sdk, err = newSDK(testConfig(), &url.URL{Scheme: "https", Host: "FAKEKEY .example"})
	require.NoError(t, err)
	err = p.sdk.ask(t.Context(), p.client.NewCall(provider.OpSend), p.sdk.pullReplies(1), &pulled{})
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorContains(t, err, "tencent: send: config: the SDK made no request: ")
	require.NotContains(t, err.Error(), "FAKEKEY")
	require.False(t, provider.MayHaveSent(err))
}
