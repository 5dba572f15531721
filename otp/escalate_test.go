package otp_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// running is a service that escalates by itself after 45 s, in a bubble.
type running struct {
	*otp.Service
	free, paid *fake.Provider
	store      *otp.MemoryStore
	stop       func()
}

// run starts services with Run on one store, which end with stop.
func run(t *testing.T, services int, change ...func(cfg *otp.Config)) running {
	t.Helper()
	composer, free, paid := ways(t)
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{})
	require.NoError(t, err)
	all := append([]func(cfg *otp.Config){func(cfg *otp.Config) {
		cfg.Sender, cfg.Store = composer, store
		cfg.Purposes["login"] = otp.Policy{EscalateAfter: 45 * time.Second}
	}}, change...)
	ctx, cancel := context.WithCancelCause(t.Context())
	r := running{free: free, paid: paid, store: store}
	var wg sync.WaitGroup
	for range services {
		s, _ := newService(t, all...)
		r.Service = s
		wg.Go(func() {
			if err := s.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		})
	}
	r.stop = func() {
		cancel(errors.New("the test is over"))
		wg.Wait()
	}
	return r
}

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // It is a bubble's time.
	synctest.Wait()
}

// delivery is a report about the first text of a fake.
func delivery(p *fake.Provider, state provider.State) provider.Report {
	return provider.Report{Provider: p.Name(), ID: p.Attempts()[0].Receipt.ID, Phone: phone, Status: provider.Status{State: state}}
}

func TestO21EscalatesOnceAcrossReplicas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 3)
		defer r.stop()
		v := started(t, r.Service)
		code := r.free.ExpectCode(t, phone)
		pass(44 * time.Second)
		r.paid.ExpectNothing(t)
		pass(3 * time.Second)
		r.free.ExpectCount(t, 1)
		r.paid.ExpectCount(t, 1)
		require.Equal(t, code, r.paid.ExpectCode(t, phone))
		pass(46 * time.Second) // the paid text was not reported delivered either
		r.paid.ExpectCount(t, 2)
		_, err := r.Check(t.Context(), check(v.ID, code))
		require.NoError(t, err)
		pass(10 * time.Minute)
		r.paid.ExpectCount(t, 2)
	})
}

func TestO21NothingAfterADeliveredReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 2)
		defer r.stop()
		v := started(t, r.Service)
		pass(30 * time.Second)
		require.NoError(t, r.Note(t.Context(), []provider.Report{delivery(r.free, provider.StateDelivered)}))
		pass(9 * time.Minute)
		r.paid.ExpectNothing(t)
		_, err := r.Resend(t.Context(), resend(v.ID))
		require.ErrorIs(t, err, otp.HasArrived)
		again := started(t, r.Service)
		require.True(t, again.Delivered)
		require.False(t, again.Sent)
		_, err = r.Check(t.Context(), check(v.ID, r.free.CodeFor(phone)))
		require.NoError(t, err)
	})
}

func TestO21ALateDeliveredReportEndsWhatFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 2)
		defer r.stop()
		started(t, r.Service)
		pass(50 * time.Second)
		r.paid.ExpectCount(t, 1)
		require.NoError(t, r.Note(t.Context(), []provider.Report{delivery(r.free, provider.StateDelivered)}))
		pass(9 * time.Minute)
		r.paid.ExpectCount(t, 1)
	})
}

func TestO21CancelBeforeTheTimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 2)
		defer r.stop()
		v := started(t, r.Service)
		pass(44 * time.Second)
		require.NoError(t, r.Cancel(t.Context(), v.ID, "login", session))
		pass(9 * time.Minute)
		r.paid.ExpectNothing(t)
	})
}

func TestO21AFailedReportMakesWayAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 2)
		defer r.stop()
		started(t, r.Service)
		require.NoError(t, r.Note(t.Context(), []provider.Report{delivery(r.free, provider.StateFailed)}))
		pass(3 * time.Second)
		r.paid.ExpectCount(t, 1)
	})
}

func TestO21RelayStatesButDeliveredAreNoNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 1)
		defer r.stop()
		started(t, r.Service)
		for _, state := range []provider.State{provider.StateUnknown, provider.StatePending, provider.StateSent} {
			require.NoError(t, r.Note(t.Context(), []provider.Report{delivery(r.free, state)}))
		}
		require.NoError(t, r.Note(t.Context(), []provider.Report{{Kind: provider.ReportReply, Phone: phone, Reply: "?"}}))
		pass(47 * time.Second)
		r.paid.ExpectCount(t, 1)
	})
}

func TestO21AnUnknownOutcomeEscalatesWithTheSameCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unsure := fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true})
		r := run(t, 2)
		defer r.stop()
		r.free.Script(unsure)
		r.paid.Script(unsure)
		v := started(t, r.Service)
		require.Equal(t, otp.Pending, v.State)
		pass(47 * time.Second)
		r.paid.ExpectCount(t, 1)
		require.Equal(t, r.free.Attempts()[0].Message.Params["code"], r.paid.CodeFor(phone))
	})
}

// TestO21ReportsByRefFindWhatHasNoID has the answer of the send lost: only the Ref tells.
func TestO21ReportsByRefFindWhatHasNoID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 1)
		defer r.stop()
		r.free.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
		r.paid.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
		started(t, r.Service)
		report := provider.Report{Provider: "free", Ref: r.free.Attempts()[0].Message.Ref, Phone: phone, Status: provider.Status{State: provider.StateDelivered}}
		require.NoError(t, r.Note(t.Context(), []provider.Report{report}))
		pass(9 * time.Minute)
		r.paid.ExpectCount(t, 0)
	})
}

// TestO21EarlyReports has a report overtake the answer of its send.
func TestO21EarlyReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 1)
		defer r.stop()
		release := make(chan struct{})
		r.free.Script(fake.HoldUntil(release))
		done := make(chan otp.Verification, 1)
		go func() {
			v, _ := r.Start(context.Background(), start())
			done <- v
		}()
		synctest.Wait()
		report := provider.Report{Provider: "free", ID: "free-1", Phone: phone, Status: provider.Status{State: provider.StateDelivered}}
		require.NoError(t, r.Note(t.Context(), []provider.Report{report}))
		close(release)
		require.True(t, (<-done).Delivered)
	})
}

// TestNoticesWithoutACodeAreNeverSentAgainAfterMayHaveSent has texts that carry no code of ours.
func TestNoticesWithoutACodeAreNeverSentAgainAfterMayHaveSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		maker := &fake.Verifier{Provider: fake.Provider{ProviderName: "maker"}}
		r := run(t, 2, func(cfg *otp.Config) { cfg.Sender = maker })
		defer r.stop()
		maker.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
		started(t, r.Service)
		pass(9 * time.Minute)
		require.Len(t, maker.Attempts(), 1)
		require.NotContains(t, maker.Attempts()[0].Message.Params, "code")
	})
}

func TestAGuardThatHoldsAStepBackDelaysIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &fakeGuard{answer: guard.Decision{Paid: true}}
		var heard events
		r := run(t, 2, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
		defer r.stop()
		started(t, r.Service)
		g.says(guard.Decision{Verdict: guard.Refused, Rule: "site", Wait: time.Second})
		pass(60 * time.Second)
		r.paid.ExpectNothing(t)
		require.Contains(t, heard.kinds(), otp.EventHeld)
		require.Equal(t, "site", heard.all[len(heard.all)-1].Rule)
		g.says(guard.Decision{Paid: true})
		pass(60 * time.Second)
		r.paid.ExpectCount(t, 1)
	})
}

func TestO22ConversionsPerProviderAndPrefix(t *testing.T) {
	t.Parallel()
	var c otp.Conversions
	composer, free, paid := ways(t)
	s, _, clock := newClocked(t, func(cfg *otp.Config) { cfg.Sender, cfg.OnEvent = composer, c.Note })
	for _, number := range []string{"13800138000", "13800139000", "+1 202 555 0123"} {
		req := start()
		req.Phone = number
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		if number == "13800139000" {
			clock.Advance(time.Minute)
			_, err = s.Resend(t.Context(), resend(v.ID))
			require.NoError(t, err)
			require.NoError(t, s.Note(t.Context(), []provider.Report{{
				Provider: "paid", ID: paid.Attempts()[0].Receipt.ID, Phone: provider.MustParsePhone(number), Status: provider.Status{State: provider.StateDelivered},
			}}))
		}
		if number != "13800138000" {
			_, err = s.Check(t.Context(), check(v.ID, free.CodeFor(provider.MustParsePhone(number))))
			require.NoError(t, err)
		}
	}
	require.Equal(t, []otp.Conversion{
		{Provider: "free", Prefix: "+1", Sent: 1, Verified: 1},
		{Provider: "free", Prefix: "1380013", Sent: 2},
		{Provider: "paid", Prefix: "1380013", Sent: 1, Delivered: 1, Verified: 1},
	}, c.Counts())
}

// TestSuccessMakesTheNextTextAFirstOne has the service tell the composer.
func TestSuccessMakesTheNextTextAFirstOne(t *testing.T) {
	t.Parallel()
	var calls []string
	composer, free, _ := ways(t, func(cfg *failover.ComposerConfig) { cfg.Attempts = forgetful{calls: &calls} })
	s, _ := newService(t, func(cfg *otp.Config) { cfg.Sender = composer })
	v := started(t, s)
	_, err := s.Check(t.Context(), check(v.ID, free.CodeFor(phone)))
	require.NoError(t, err)
	require.Equal(t, []string{"add", "forget"}, calls)
}

// forgetful is an AttemptStore that writes down what it is asked.
type forgetful struct{ calls *[]string }

func (f forgetful) Add(context.Context, string, time.Duration) (int, error) {
	*f.calls = append(*f.calls, "add")
	return 1, nil
}

func (f forgetful) Forget(context.Context, string) error {
	*f.calls = append(*f.calls, "forget")
	return nil
}

// withRetry has a composer use another provider for retries, which makes its own codes.
func withRetry(p provider.Provider) func(cfg *failover.ComposerConfig) {
	return func(cfg *failover.ComposerConfig) { cfg.Retry, cfg.OtherCodes = failover.Member{Provider: p}, true }
}

// TestO21AFailureAtOneServiceSaysNothingOfAnother has the free way fail after the paid one
// has accepted the same text.
func TestO21AFailureAtOneServiceSaysNothingOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, 1)
		defer r.stop()
		r.free.Script(fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
		started(t, r.Service)
		r.paid.ExpectCount(t, 1)
		failed := provider.Report{
			Provider: "free", ID: "free-7", Ref: r.free.Attempts()[0].Message.Ref, Phone: phone, Status: provider.Status{State: provider.StateFailed},
		}
		require.NoError(t, r.Note(t.Context(), []provider.Report{failed}))
		pass(40 * time.Second)
		r.paid.ExpectCount(t, 1)
	})
}

func TestCancelDuringTheSend(t *testing.T) {
	t.Parallel()
	var s *otp.Service
	s, _ = newService(t, func(cfg *otp.Config) {
		cfg.Sender = &talkerFunc{f: func(ctx context.Context, m provider.Message) (provider.Receipt, error) {
			id := m.Ref[:len(m.Ref)-2]
			return provider.Receipt{Provider: "func", ID: "1", To: m.To}, s.Cancel(ctx, id, "login", session)
		}}
	})
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.GivenUp, "a nil error would promise a code that can be checked")
}
