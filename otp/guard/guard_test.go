package guard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/guardtest"
	"github.com/cnsms/cnsms/provider"
)

var secret = bytes.Repeat([]byte("k"), 32)

// solved knows tokens that begin with an o.
type solved struct{}

func (solved) Verify(_ context.Context, token string) (string, error) {
	if token[0] != 'o' {
		return "", errors.New("bad")
	}
	return token, nil
}

type world struct {
	*testing.T
	*guard.Guard
	now time.Time
	n   int
}

func newWorld(t *testing.T, change func(*guard.Config)) *world {
	t.Helper()
	w := &world{T: t, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	c := guard.Config{Key: secret, Challenger: solved{}, Now: func() time.Time { return w.now }}
	if change != nil {
		change(&c)
	}
	g, err := guard.New(c)
	require.NoError(t, err)
	w.Guard = g
	return w
}

// request is one of a new person each time.
func (w *world) request() guard.Request {
	w.n++
	return guard.Request{
		Phone:  provider.MustParsePhone(fmt.Sprintf("13%02d%07d", w.n%100, w.n*7919%10_000_000)),
		Client: netip.AddrFrom4([4]byte{20, byte(w.n >> 8), byte(w.n), 1}), Session: fmt.Sprint("s", w.n), Purpose: "login",
	}
}

func (w *world) ask(r guard.Request) guard.Decision {
	w.Helper()
	d, err := w.Reserve(w.Context(), r)
	require.NoError(w, err)
	if d.Verdict == guard.Refused {
		require.NotEmpty(w, d.Rule)
		require.Zero(w, d.Wait%time.Second)
	}
	return d
}

func (w *world) allow(r guard.Request) guard.Decision {
	w.Helper()
	d := w.ask(r)
	require.Equal(w, guard.Allowed, d.Verdict, d)
	return d
}

func (w *world) verified(d guard.Decision) {
	w.Helper()
	require.NoError(w, w.Verified(w.Context(), d.Ticket))
}

func (w *world) not(v guard.Verdict, rule string, d guard.Decision) {
	w.Helper()
	require.Equal(w, v, d.Verdict, d)
	require.Equal(w, rule, d.Rule, d)
	require.Empty(w, d.Ticket)
	require.False(w, d.Paid)
	if v == guard.Refused {
		require.GreaterOrEqual(w, d.Wait, time.Second)
	}
}

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	guardtest.Run(t, guardtest.Harness{New: func(*testing.T) (guard.Store, func(time.Duration)) {
		now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
		return guard.NewMemoryStore(guard.MemoryConfig{Now: func() time.Time { return now }}), func(d time.Duration) { now = now.Add(d) }
	}})
}

func TestMemoryStoreIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := guard.NewMemoryStore(guard.MemoryConfig{MaxKeys: 3, Now: func() time.Time { return now }})
	for i := range 3 {
		_, err := s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: fmt.Sprint(i)}}})
		require.NoError(t, err)
	}
	_, err := s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: "4"}}})
	require.ErrorIs(t, err, guard.ErrFull)
	now = now.Add(48*time.Hour + time.Second) // nothing was verified
	out, err := s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: "4"}}})
	require.NoError(t, err)
	require.NoError(t, s.Settle(t.Context(), guard.Settlement{ID: "1", Keys: []guard.Key{{Name: "4"}}, At: out.Now, What: guard.Verified}))
	for i := range 2 {
		_, err = s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: fmt.Sprint(i)}}})
		require.NoError(t, err)
	}
	now = now.Add(guard.Keep - time.Second)
	_, err = s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: "5"}, {Name: "6"}, {Name: "7"}}})
	require.ErrorIs(t, err, guard.ErrFull, "what was verified is still there")
	now = now.Add(2 * time.Second)
	_, err = s.Reserve(t.Context(), guard.Batch{Keys: []guard.Key{{Name: "5"}, {Name: "6"}, {Name: "7"}}})
	require.NoError(t, err)
}

func TestTicketsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, bad := range []string{"", "x", "m||1|1|1|a", "q|i|1|1|1|a", "m|i|x|1|1|a", "m|i|1|-1|1|a"} {
		require.ErrorIs(t, w.Verified(t.Context(), bad), guard.ErrTicket, bad)
	}
	good := w.allow(w.request()).Ticket
	for i := range good { // whoever can write where a service keeps its tickets
		bad := []byte(good)
		bad[i] ^= 1
		require.ErrorIs(t, w.Verified(t.Context(), string(bad)), guard.ErrTicket, string(bad))
		require.ErrorIs(t, w.Verified(t.Context(), good[:i]), guard.ErrTicket, i)
	}
	other := newWorld(t, func(c *guard.Config) { c.Key = bytes.Repeat([]byte("o"), 32) })
	require.ErrorIs(t, other.Verified(t.Context(), good), guard.ErrTicket)
	require.NoError(t, w.Verified(t.Context(), good))
}

func TestNewAndReserveRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*guard.Rules){
		func(r *guard.Rules) { r.PhoneDay = 1 }, func(r *guard.Rules) { r.Wrong = 0 }, func(r *guard.Rules) { r.Money = -1 },
		func(r *guard.Rules) { r.Patience = 0 }, func(r *guard.Rules) { r.Patience = time.Hour }, func(r *guard.Rules) { r.OpenDay = r.HastyDay + 1 },
		func(r *guard.Rules) { r.SiteDay = math.MaxInt32 }, func(r *guard.Rules) { r.Money = math.MaxInt32 },
		func(r *guard.Rules) { r.Price = math.MaxInt32 }, func(r *guard.Rules) { r.Prices = map[string]int{"1": 0} },
	} {
		r := guard.DefaultRules()
		change(&r)
		_, err := guard.New(guard.Config{Key: secret, Rules: &r})
		require.ErrorContains(t, err, "Rules")
	}
	_, err := guard.New(guard.Config{Key: []byte("short")})
	require.ErrorContains(t, err, "Key")
	w := newWorld(t, nil)
	_, err = w.Reserve(t.Context(), guard.Request{})
	require.Error(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.Reserve(ended, w.request())
	require.ErrorIs(t, err, context.Canceled)
}

func TestNothingSecretIsLoggedOrInTickets(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, func(c *guard.Config) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	r := w.request()
	text := w.allow(r).Ticket
	w.ask(r)
	text += log.String()
	require.Contains(t, text, `"rule":"R1"`)
	for _, s := range []string{r.Phone.National(), r.Phone.National()[:7], r.Client.String(), `"s1"`} {
		require.NotContains(t, text, s)
	}
}
