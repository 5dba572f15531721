package failover_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestFirstFreeRetryPaid(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	for _, want := range []string{"relay", "paid", "paid"} {
		receipt, err := composer.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		require.Equal(t, want, receipt.Provider)
		require.Equal(t, []string{want}, f.journal.asked())
	}
}

func TestAttemptsAreCountedByPhoneAndTemplate(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	other := codeMessage
	other.To = provider.MustParsePhone("13900139000")
	abroad := codeMessage
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	reset := codeMessage
	reset.Template = "reset password"
	for _, m := range []provider.Message{codeMessage, other, abroad, reset} {
		require.Equal(t, "relay", outcome(composer.Send(t.Context(), m)))
	}
	for _, m := range []provider.Message{codeMessage, other, abroad, reset} {
		require.Equal(t, "paid", outcome(composer.Send(t.Context(), m)))
	}
}

// What a failure of the relay leads to on a first attempt.
func TestWhenFirstFails(t *testing.T) {
	t.Parallel()
	both := []string{"relay", "paid"}
	stop := []string{"relay"}
	for _, test := range []struct {
		name    string
		failure reply
		message provider.Message
		asked   []string
	}{
		{"no phone is online", fail(provider.KindUnavailable), plainMessage, both},
		{"over its quota for this number", fail(provider.KindThrottled, scope(provider.ScopePhone)), plainMessage, both},
		{"refuses the token", fail(provider.KindAuth), plainMessage, both},
		{"does not do this country", fail(provider.KindUnsupported), plainMessage, both},
		{"silent, with a code", hang, codeMessage, both},
		{"silent, without a code", hang, plainMessage, stop},
		{"does not take the number", fail(provider.KindRecipient), codeMessage, both},
		{"does not take the text", fail(provider.KindContent), plainMessage, both},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Timeout = time.Second })
			f.members["relay"].then(test.failure)
			_, _ = composer.Send(t.Context(), test.message)
			require.Equal(t, test.asked, f.journal.asked())

			// Whatever became of it, the attempt counts.
			require.Equal(t, "paid", outcome(composer.Send(t.Context(), test.message)))
		})
	}
}

func TestComposersDecide(t *testing.T) {
	t.Parallel()
	f, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Decide = func(context.Context, provider.Message, failover.Attempt) failover.Decision {
			return failover.DecideStop
		}
	})
	f.members["relay"].then(fail(provider.KindUnavailable))
	require.Equal(t, "failed: relay unavailable", outcome(composer.Send(t.Context(), codeMessage)))
}

func TestRetryNeverGoesToFirst(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	_, err := composer.Send(t.Context(), codeMessage)
	require.NoError(t, err)
	f.journal.asked()
	f.members["paid"].then(fail(provider.KindBalance))
	require.Equal(t, "failed: paid balance", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"paid"}, f.journal.asked())
}

// The relay has no cooldown unless it is given one: it is asked again as soon as
// its phone may be back.
func TestFirstHasNoCooldownByDefault(t *testing.T) {
	t.Parallel()
	first := codeMessage
	first.Attempt = 1
	for _, test := range []struct {
		name     string
		cooldown time.Duration
		want     string
	}{
		{"by default", 0, "relay"},
		{"with a cooldown", time.Minute, "paid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Cooldown = test.cooldown })
			f.members["relay"].then(fail(provider.KindUnavailable))
			require.Equal(t, "paid", outcome(composer.Send(t.Context(), first)))
			require.Equal(t, test.want, outcome(composer.Send(t.Context(), first)))
		})
	}
}

// A first attempt still gets to a relay that is cooling down when nobody else
// sends.
func TestFirstAsLastResort(t *testing.T) {
	t.Parallel()
	first := codeMessage
	first.Attempt = 1
	f, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.First.Cooldown = time.Minute })
	f.members["relay"].then(fail(provider.KindUnavailable))
	f.members["paid"].then(accept, fail(provider.KindBalance))
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), first)))
	f.journal.asked()
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), first)))
	require.Equal(t, []string{"paid", "relay"}, f.journal.asked())
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		window time.Duration
		gaps   []time.Duration // before each further attempt
		want   []string
	}{
		{"default, within", 0, []time.Duration{9 * time.Minute}, []string{"relay", "paid"}},
		{"default, after", 0, []time.Duration{10 * time.Minute}, []string{"relay", "relay"}},
		{"each attempt renews it", time.Minute, []time.Duration{40 * time.Second, 40 * time.Second}, []string{"relay", "paid", "paid"}},
		{"after the last one", time.Minute, []time.Duration{40 * time.Second, time.Minute}, []string{"relay", "paid", "relay"}},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			_, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.Window = test.window })
			got := []string{outcome(composer.Send(t.Context(), codeMessage))}
			for _, gap := range test.gaps {
				elapse(gap)
				got = append(got, outcome(composer.Send(t.Context(), codeMessage)))
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestMessageAttemptOverridesTheCount(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	for _, step := range []struct {
		attempt int
		want    string
	}{
		{2, "paid"},  // a retry, though nothing was counted before
		{0, "paid"},  // that one was recorded
		{1, "relay"}, // a first attempt, though two were counted
		{0, "paid"},
		{-1, "paid"}, // no number: counted
	} {
		m := codeMessage
		m.Attempt = step.attempt
		require.Equal(t, step.want, outcome(composer.Send(t.Context(), m)), "attempt %d", step.attempt)
	}
}

func TestMembersSeeTheNumber(t *testing.T) {
	t.Parallel()
	f, composer := story(t)
	for range 3 {
		_, err := composer.Send(t.Context(), codeMessage)
		require.NoError(t, err)
	}
	require.Equal(t, 1, f.members["relay"].messages()[0].Attempt)
	require.Equal(t, 2, f.members["paid"].messages()[0].Attempt)
	require.Equal(t, 3, f.members["paid"].messages()[1].Attempt)
}

func TestForget(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.NoError(t, composer.Forget(t.Context(), testPhone, "another template"))
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
	require.NoError(t, composer.Forget(t.Context(), testPhone, codeMessage.Template))
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
}

// What is refused before anybody is asked does not count.
func TestRefusedBeforeCounting(t *testing.T) {
	t.Parallel()
	_, composer := story(t)
	_, err := composer.Send(cancelled(t), codeMessage)
	require.ErrorIs(t, err, context.Canceled)
	_, err = composer.Send(t.Context(), provider.Message{To: testPhone})
	require.ErrorIs(t, err, provider.KindTemplate)
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
}

// Of simultaneous first clicks exactly one goes out free.
func TestSimultaneousFirstClicks(t *testing.T) {
	t.Parallel()
	const clicks = 64
	_, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = clicks })
	got := allAtOnce(clicks, func() string { return outcome(composer.Send(t.Context(), codeMessage)) })
	require.Equal(t, map[string]int{"relay": 1, "paid": clicks - 1}, got)
}

// The usual whole: a paid chain behind the composer, with the relay again as its
// last resort.
func TestComposerOverChain(t *testing.T) {
	t.Parallel()
	f := newFleet("relay", "tencent", "ihuyi")
	paid := f.chain(t, failover.ChainConfig{Name: "paid"}, "tencent", "ihuyi", "relay")
	composer := newComposer(t, failover.ComposerConfig{First: f.member("relay"), Retry: failover.Member{Provider: paid}})

	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, "tencent", outcome(composer.Send(t.Context(), codeMessage)))
	f.members["tencent"].then(fail(provider.KindBalance))
	require.Equal(t, "ihuyi", outcome(composer.Send(t.Context(), codeMessage)))
	f.members["ihuyi"].then(fail(provider.KindBlocked))
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"relay", "tencent", "tencent", "ihuyi", "ihuyi", "relay"}, f.journal.asked())
}

// A composer inside another goes by the outer one's number.
func TestComposerInsideComposer(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	inner := newComposer(t, failover.ComposerConfig{Name: "inner", First: f.member("b"), Retry: f.member("c")})
	outer := newComposer(t, failover.ComposerConfig{Name: "outer", First: f.member("a"), Retry: failover.Member{Provider: inner}})
	require.Equal(t, "a", outcome(outer.Send(t.Context(), codeMessage)))
	require.Equal(t, "c", outcome(outer.Send(t.Context(), codeMessage)))
}

// spyStore is a store that does what it is told and notes its keys.
type spyStore struct {
	mu     sync.Mutex
	keys   []string
	window time.Duration
	add    func(ctx context.Context) (int, error)
	forget func(ctx context.Context) error
}

func (s *spyStore) Add(ctx context.Context, key string, window time.Duration) (int, error) {
	s.mu.Lock()
	s.keys, s.window = append(s.keys, key), window
	s.mu.Unlock()
	if s.add == nil {
		return 1, nil
	}
	return s.add(ctx)
}

func (s *spyStore) Forget(ctx context.Context, key string) error {
	s.mu.Lock()
	s.keys = append(s.keys, key)
	s.mu.Unlock()
	if s.forget == nil {
		return nil
	}
	return s.forget(ctx)
}

var errStore = errors.New("store is down")

// When the store fails, the composer pays rather than risk the free way for a
// retry, and says so.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	down := func(context.Context) (int, error) { return 0, errStore }
	for _, test := range []struct {
		name    string
		add     func(ctx context.Context) (int, error)
		attempt int
		want    string
		number  int
		heard   string
	}{
		{"down", down, 0, "paid", 0, "sms: count attempts: store is down"},
		{"counts nothing", func(context.Context) (int, error) { return 0, nil }, 0, "paid", 0, "sms: count attempts: the count is 0"},
		{
			"hangs", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, 0, "paid", 0,
			"sms: count attempts: context deadline exceeded",
		},
		{"down, first by the caller's number", down, 1, "relay", 1, "sms: count attempts: store is down"},
		{"down, retry by the caller's number", down, 2, "paid", 2, "sms: count attempts: store is down"},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			var heard []string
			var seen events
			_, composer := story(t, func(cfg *failover.ComposerConfig) {
				cfg.Name = "sms"
				cfg.Attempts = &spyStore{add: test.add}
				cfg.OnAttempt = seen.add
				cfg.OnStoreError = func(_ context.Context, err error) { heard = append(heard, err.Error()) }
			})
			m := codeMessage
			m.Attempt = test.attempt
			require.Equal(t, test.want, outcome(composer.Send(t.Context(), m)))
			require.Equal(t, []string{test.heard}, heard)
			require.Equal(t, test.number, seen.all()[0].UserAttempt)
		})
	}
}

func TestStoreFailsAndNobodyListens(t *testing.T) {
	t.Parallel()
	_, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Attempts = &spyStore{add: func(context.Context) (int, error) { return 0, errStore }}
	})
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
}

// A caller who leaves while the store is asked is no failure of the store, and
// nothing is sent.
func TestCallerLeavesWhileCounting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Attempts = &spyStore{add: func(ctx context.Context) (int, error) { cancel(); return 0, ctx.Err() }}
		cfg.OnStoreError = func(_ context.Context, err error) { t.Errorf("heard of %v", err) }
	})
	_, err := composer.Send(ctx, codeMessage)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, f.journal.asked())
}

func TestStoreTimeout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		timeout, want time.Duration
	}{
		{"default", 0, failover.DefaultStoreTimeout},
		{"given", 50 * time.Millisecond, 50 * time.Millisecond},
	} {
		inBubble(t, test.name, func(t *testing.T) {
			t.Helper()
			_, composer := story(t, func(cfg *failover.ComposerConfig) {
				cfg.StoreTimeout = test.timeout
				cfg.Attempts = &spyStore{
					add:    func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() },
					forget: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
				}
			})
			began := time.Now()
			require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
			require.Equal(t, test.want, time.Since(began))
			require.ErrorIs(t, composer.Forget(t.Context(), testPhone, "login"), context.DeadlineExceeded)
			require.Equal(t, 2*test.want, time.Since(began))
		})
	}
}

func TestForgetReportsTheStore(t *testing.T) {
	t.Parallel()
	_, composer := story(t, func(cfg *failover.ComposerConfig) {
		cfg.Attempts = &spyStore{forget: func(context.Context) error { return errStore }}
	})
	err := composer.Forget(t.Context(), testPhone, "login")
	require.ErrorIs(t, err, errStore)
	require.EqualError(t, err, "failover: forget attempts: store is down")
}

// The store sees digests: one for each composer, phone and template, and for
// each key.
func TestStoreKeys(t *testing.T) {
	t.Parallel()
	key := func(name string, secret provider.Secret, phone, template string) string {
		store := &spyStore{}
		_, composer := story(t, func(cfg *failover.ComposerConfig) {
			cfg.Name, cfg.Key, cfg.Attempts, cfg.Window = name, secret, store, time.Minute
		})
		to := provider.MustParsePhone(phone)
		_, err := composer.Send(t.Context(), provider.Message{To: to, Template: template})
		require.NoError(t, err)
		require.NoError(t, composer.Forget(t.Context(), to, template))
		require.Equal(t, time.Minute, store.window)
		require.Equal(t, store.keys[0], store.keys[1], "Forget finds what Send counted")
		return store.keys[0]
	}
	base := key("sms", "", testNumber, "login")
	require.Len(t, base, 64)
	require.Empty(t, strings.Trim(base, "0123456789abcdef"))
	require.Equal(t, base, key("sms", "", "+86 138 0013 8000", "login"), "the same in every process")

	const text = "3:sms5:login2:8611:13800138000"
	plain := sha256.Sum256([]byte(text))
	require.Equal(t, hex.EncodeToString(plain[:]), base)
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(text))
	require.Equal(t, hex.EncodeToString(mac.Sum(nil)), key("sms", "secret", testNumber, "login"))

	different := []string{
		base,
		key("other", "", testNumber, "login"),
		key("sms", "secret", testNumber, "login"),
		key("sms", "", "13900139000", "login"),
		key("sms", "", "+1 380 013 8000", "login"),
		key("sms", "", testNumber, "logi"),
		key("smsl", "", testNumber, "ogin"),
		key("sms", "", testNumber, "3:log"),
		key("sms:3", "", testNumber, "log"),
	}
	seen := map[string]bool{}
	for i, k := range different {
		require.False(t, seen[k], "key %d repeats", i)
		seen[k] = true
		require.NotContains(t, k, "138")
	}
}

// Replicas that share a store share the count.
func TestReplicasShareAStore(t *testing.T) {
	t.Parallel()
	store, err := failover.NewMemoryStore(failover.MemoryStoreConfig{})
	require.NoError(t, err)
	share := func(cfg *failover.ComposerConfig) { cfg.Name, cfg.Attempts = "sms", store }
	_, one := story(t, share)
	_, two := story(t, share)
	require.Equal(t, "relay", outcome(one.Send(t.Context(), codeMessage)))
	require.Equal(t, "paid", outcome(two.Send(t.Context(), codeMessage)))
	require.Equal(t, 2, store.Len(), "the attempts, and the retries of this window")
}
