package aliyun_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// simulated is an account, and what talks to it.
type simulated struct {
	account *aliyunsim.Service
	server  *sim.Server
	clock   *wiretest.Clock
	texts   *aliyun.Provider
	codes   *aliyun.Verification
}

func start(t *testing.T, cfg aliyunsim.Config, changes ...func(*aliyun.VerificationConfig)) simulated {
	t.Helper()
	s := simulated{account: newAccount(cfg), clock: wiretest.NewClock(at)}
	s.server = sim.New(sim.Config{Now: s.clock.Now}, s.account, s.account.Verification())
	client := &http.Client{Transport: s.server.Transport()}
	s.texts = wiretest.Build(t, aliyun.New, newConfig(client), func(cfg *aliyun.Config) { cfg.Now, cfg.Rand = s.clock.Now, nil })
	clocked := func(cfg *aliyun.VerificationConfig) { cfg.Now, cfg.Rand = s.clock.Now, nil }
	s.codes = wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(client), append(changes, clocked)...)
	return s
}

// sendOwn has the service make a code, and returns it.
func (s simulated) sendOwn(t *testing.T, ref string) (provider.Receipt, string) {
	t.Helper()
	receipt, err := s.codes.Send(t.Context(), provider.Message{To: login.To, Template: "own", Ref: ref})
	require.NoError(t, err)
	return receipt, wiretest.LastCode(s.server)
}

// TestLifeOfACode: it passes once, until it expires or a newer one takes its place, and for
// its own scheme and OutId.
func TestLifeOfACode(t *testing.T) {
	t.Parallel()
	s := start(t, aliyunsim.Config{}, func(cfg *aliyun.VerificationConfig) { cfg.CodeLife, cfg.Scheme = 10*time.Minute, "登录" })
	verify := func(r provider.Receipt, code string) error { return provider.Verify(t.Context(), s.codes, r, code) }
	mismatch := func(err error) { require.ErrorIs(t, err, provider.KindCodeMismatch) }

	first, code := s.sendOwn(t, "order-17")
	require.Len(t, code, 6)
	mismatch(verify(first, wiretest.OtherCode(code)))
	second, newer := s.sendOwn(t, "")
	if newer != code {
		mismatch(verify(first, code))
	}
	s.clock.Advance(10*time.Minute - time.Second)
	require.NoError(t, verify(second, newer))
	mismatch(verify(second, newer))

	third, code := s.sendOwn(t, "order-18")
	s.clock.Advance(10 * time.Minute)
	mismatch(verify(third, code))
}

// TestInterval: the service says that the number has to wait.
func TestInterval(t *testing.T) {
	t.Parallel()
	s := start(t, aliyunsim.Config{Verification: aliyunsim.VerificationConfig{Interval: true}})
	_, err := s.codes.Send(t.Context(), login)
	require.NoError(t, err)
	_, err = s.codes.Send(t.Context(), login)
	wait, reached := provider.PhoneLimit(err)
	require.True(t, reached)
	require.Equal(t, time.Minute, wait)
	s.clock.Advance(time.Minute)
	_, err = s.codes.Send(t.Context(), login)
	require.NoError(t, err)
}

// TestFilingShowsLate: the carrier of one number stops what the service has accepted. The
// report says so, pushed or asked for.
func TestFilingShowsLate(t *testing.T) {
	t.Parallel()
	s := start(t, aliyunsim.Config{
		Deliver: true, Signs: map[string]aliyunsim.Sign{"示例签名": {Filing: aliyunsim.Filing{Telecom: aliyunsim.FilingLapsed}}},
	})
	mobile, telecom := login, login
	telecom.To = provider.MustParsePhone("13300133000")
	want := map[string]provider.Status{}
	for _, m := range []provider.Message{mobile, telecom} {
		receipt, err := s.texts.Send(t.Context(), m)
		require.NoError(t, err)
		status, err := s.texts.ReadStatus(t.Context(), receipt)
		require.NoError(t, err)
		want[receipt.ID] = status
		if m.To == telecom.To {
			require.Equal(t, provider.StateFailed, status.State)
			require.Equal(t, provider.KindSignature, status.Kind)
		} else {
			require.Equal(t, provider.StateDelivered, status.State)
		}
	}
	var got []provider.Report
	handler, err := provider.ReportHandler(s.texts, func(_ context.Context, reports []provider.Report) error {
		got = append(got, reports...)
		return nil
	}, provider.RequireSecret("0123456789abcdef"))
	require.NoError(t, err)
	site := httptest.NewServer(handler)
	defer site.Close()
	taken, err := s.account.PushReports(t.Context(), &http.Client{}, site.URL+"/0123456789abcdef")
	require.NoError(t, err)
	require.Equal(t, 2, taken)
	for _, report := range got {
		status := want[report.ID]
		require.Equal(t, status.State, report.Status.State)
		require.Equal(t, status.Kind, report.Status.Kind)
		require.Equal(t, status.Code, report.Status.Code)
	}
	filing, err := s.texts.ReadFiling(t.Context(), "")
	require.NoError(t, err)
	require.True(t, filing.Approved)
	require.Contains(t, filing.Carriers, aliyun.CarrierFiling{Carrier: "telecom", State: aliyun.FilingLapsed, At: filing.Carriers[1].At})
}

// TestFromAbroad: the service takes no texts to mainland numbers from machines abroad.
func TestFromAbroad(t *testing.T) {
	t.Parallel()
	s := start(t, aliyunsim.Config{Abroad: true})
	_, err := s.texts.Send(t.Context(), login)
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorContains(t, err, "isv.DENY_IP_RANGE")
}

// TestPathOfTheAddress: what stands in the address is signed as it stands on the wire.
func TestPathOfTheAddress(t *testing.T) {
	t.Parallel()
	server := sim.Start(t, newAccount(aliyunsim.Config{}))
	for _, path := range []string{"", "/", "/a%20b", "/短信"} {
		cfg := newConfig(nil)
		cfg.BaseURL, cfg.Now, cfg.Rand = server.URL()+path, nil, nil
		_, err := wiretest.Build(t, aliyun.New, cfg).Send(t.Context(), login)
		require.NoError(t, err, path)
	}
}
