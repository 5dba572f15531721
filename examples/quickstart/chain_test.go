package main

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
)

// losing is a network that loses every answer, and after the first request everything.
type losing struct{ requests int }

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.requests++; l.requests == 1 {
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = response.Body.Close()
	}
	return nil, errors.New("the network is gone")
}

// TestOneCodeThroughAllThree: the relay and Aliyun take the text, and their answers are
// lost, so that the chain goes on. Three texts arrive, and it does not matter which of them
// the user reads.
func TestOneCodeThroughAllThree(t *testing.T) {
	t.Parallel()
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, w.close()) }()
	free, err := relay.New(relay.Config{
		BaseURL: w.relayURL, Token: siteToken, HTTPClient: &http.Client{Transport: &losing{}},
		Templates: provider.Templates{templateLogin: {Text: "您的验证码是{code}，5分钟内有效。"}},
	})
	require.NoError(t, err)
	first, err := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret, Sign: aliyunSign, BaseURL: w.services.URL(),
		Templates: provider.Templates{templateLogin: {ID: aliyunTemplate, Params: []string{provider.ParamCode}}},
	})
	require.NoError(t, err)
	second, err := tencent.New(tencent.Config{
		SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID, Sign: tencentSign, BaseURL: w.services.URL(),
		Templates: provider.Templates{templateLogin: {ID: tencentTemplate, Params: []string{provider.ParamCode}}},
	})
	require.NoError(t, err)
	var tried []string
	chain, err := failover.NewChain(failover.ChainConfig{OnAttempt: func(_ context.Context, a failover.Attempt) {
		require.True(t, a.Err == nil || provider.MayHaveSent(a.Err), "%v", a.Err)
		tried = append(tried, a.Provider)
	}}, failover.Member{Provider: free}, failover.Member{Provider: first}, failover.Member{Provider: second})
	require.NoError(t, err)
	sim.MustInject(t, w.services, sim.Fault{Service: "aliyun-verification", Effect: sim.EffectResetAfter})

	receipt, err := chain.Send(t.Context(), loginMessage(provider.MustParsePhone("13800138000"), "042137", 0))
	require.NoError(t, err)
	require.Equal(t, "tencent", receipt.Provider)
	require.Equal(t, provider.CodeByCaller, receipt.Code)
	require.Equal(t, []string{"relay", "aliyun-verification", "tencent"}, tried)
	fromPhone, err := w.phone.Wait(t.Context(), 1)
	require.NoError(t, err)
	require.Contains(t, string(fromPhone[0].Body), "042137")
	texts := w.services.Texts()
	require.Len(t, texts, 2)
	for _, text := range texts {
		require.Equal(t, "042137", text.Code)
		require.Contains(t, text.Text, "042137")
	}
}
