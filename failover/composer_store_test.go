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
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

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
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
		name    string
		timeout time.Duration
		want    time.Duration
	}{
		{"default", 0, failover.DefaultStoreTimeout},
		{"given", 50 * time.Millisecond, 50 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
