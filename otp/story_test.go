package otp_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// carrier is a provider whose texts are lost, late and reported twice, by chance.
type carrier struct {
	name   string
	world  *world
	random *rand.Rand
	n      int
}

func (c *carrier) Name() string { return c.name }

// Send takes a moment, and then refuses, is silent, or accepts; what it took may arrive.
func (c *carrier) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	w := c.world
	w.sent(c.name, m)
	w.mu.Lock()
	c.n++
	id, luck := fmt.Sprintf("%s-%d", c.name, c.n), c.random.IntN(10)
	delay := time.Duration(c.random.IntN(100)) * time.Second
	w.mu.Unlock()
	time.Sleep(delay / 100) //nolint:forbidigo // It is a bubble's time.
	switch {
	case luck == 0:
		return provider.Receipt{}, &provider.Error{Provider: c.name, Op: provider.OpSend, Kind: provider.KindBalance}
	case luck <= 6: // it arrives, whether its answer does or not
		w.later(func() { w.arrives(c.name, id, m, delay) })
	}
	if luck == 1 || luck == 7 {
		return provider.Receipt{}, &provider.Error{Provider: c.name, Op: provider.OpSend, Kind: provider.KindUnavailable, MayHaveSent: true}
	}
	return provider.Receipt{Provider: c.name, ID: id, To: m.To, At: time.Now()}, nil
}

// world is what happens to one verification.
type world struct {
	t         *testing.T
	mu        sync.Mutex
	wg        sync.WaitGroup
	service   *otp.Service
	codes     map[string]bool
	texts     int
	delivered time.Time // when a report of it was taken
	arrived   chan string
}

func (w *world) later(f func()) { w.wg.Go(f) }

// sent judges a text at the moment when it leaves.
func (w *world) sent(by string, m provider.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes[m.Params["code"]] = true
	w.texts++
	if !w.delivered.IsZero() && time.Now().After(w.delivered) { // what is claimed at that moment goes on
		w.t.Errorf("%s sends number %d after a report of delivery", by, m.Attempt)
	}
}

// arrives brings a text to the phone, and its report, once or twice.
func (w *world) arrives(by, id string, m provider.Message, delay time.Duration) {
	time.Sleep(delay) //nolint:forbidigo // It is a bubble's time.
	select {
	case w.arrived <- m.Params["code"]:
	default:
	}
	report := provider.Report{Provider: by, ID: id, Ref: m.Ref, Phone: m.To, Status: provider.Status{State: provider.StateDelivered}}
	for range 1 + int(delay/time.Second)%2 {
		if err := w.service.Note(context.Background(), []provider.Report{report, report}); err != nil {
			w.t.Errorf("%v", err)
		}
	}
	if a, err := w.service.ExportPhone(context.Background(), m.To.E164()); err == nil && len(a) > 0 && a[0].Verification.Delivered {
		w.mu.Lock()
		if w.delivered.IsZero() {
			w.delivered = time.Now()
		}
		w.mu.Unlock()
	}
}

// TestStoryOfManyVerifications plays seeded verifications with loss, delay, refusals and
// repeated reports: there is one code, nobody is sent anything after a report of delivery,
// there are no more texts than the policy allows, and who gets a text in time is verified.
func TestStoryOfManyVerifications(t *testing.T) {
	t.Parallel()
	var verified, arrived int
	for seed := range uint64(500 / raceShare) {
		synctest.Test(t, func(t *testing.T) {
			ok, got := oneStory(t, seed)
			if got {
				arrived++
			}
			if ok {
				verified++
			}
			require.Equal(t, got, ok, "seed %d", seed)
		})
	}
	require.Greater(t, arrived, 400/raceShare)
	require.Equal(t, arrived, verified)
}

// oneStory plays one verification for nine minutes, and says whether a text arrived and
// whether its code was right.
func oneStory(t *testing.T, seed uint64) (verified, arrived bool) {
	t.Helper()
	w := &world{t: t, codes: map[string]bool{}, arrived: make(chan string, 1)}
	random, user := rand.New(rand.NewPCG(seed, 28)), rand.New(rand.NewPCG(seed, 11))
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: &carrier{name: "free", world: w, random: random}},
		Retry: failover.Member{Provider: &carrier{name: "paid", world: w, random: random}},
	})
	require.NoError(t, err)
	w.service, _ = newService(t, func(cfg *otp.Config) {
		cfg.Sender = composer
		cfg.Purposes["login"] = otp.Policy{EscalateAfter: 45 * time.Second}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
	defer cancel()
	w.later(func() { _ = w.service.Run(ctx) })
	v, err := w.service.Start(ctx, start())
	if err != nil {
		require.ErrorIs(t, err, otp.NotSent)
		cancel()
	}
	for ctx.Err() == nil && !verified {
		select {
		case code := <-w.arrived:
			arrived = true
			_, err := w.service.Check(ctx, check(v.ID, code))
			verified = err == nil
		case <-ctx.Done():
		case <-time.After(time.Minute + time.Duration(user.IntN(60))*time.Second): // an impatient user
			_, err := w.service.Resend(ctx, resend(v.ID))
			if err != nil && !errors.As(err, new(*otp.Error)) {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
	cancel()
	w.wg.Wait()
	require.LessOrEqual(t, len(w.codes), 1, "seed %d", seed)
	require.LessOrEqual(t, w.texts, 2*otp.DefaultSends, "seed %d: a send asks two at most", seed)
	return verified, arrived
}
