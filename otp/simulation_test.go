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
	"github.com/cnsms/cnsms/otp/guard/traffic"
	"github.com/cnsms/cnsms/provider"
)

// lane is a way for texts that keeps the last code of each verification.
type lane struct {
	name  string
	down  bool
	mu    *sync.Mutex // of all lanes that share codes: a service sends several texts at once
	codes map[string]string
	texts int
}

func (l *lane) Name() string { return l.name }

func (l *lane) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	if l.down {
		return provider.Receipt{}, &provider.Error{Provider: l.name, Op: provider.OpSend, Kind: provider.KindUnavailable}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.texts++
	l.codes[m.Ref[:26]] = m.Params["code"] // the verification's id
	return provider.Receipt{Provider: l.name, ID: m.Ref, To: m.To}, nil
}

// town plays traffic on a whole service under a real guard, with a free way and a paid one.
type town struct {
	*otp.Service
	*clock
	free, paid *lane
	price      int
	ids        map[string]string // of flows
}

func newTown(tb testing.TB, freeIsDown bool) *town {
	tb.Helper()
	codes, mu := map[string]string{}, &sync.Mutex{}
	w := &town{clock: newClock(), free: &lane{name: "free", down: freeIsDown, mu: mu, codes: codes}, paid: &lane{name: "paid", mu: mu, codes: codes}, ids: map[string]string{}}
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: w.free}, Retry: failover.Member{Provider: w.paid}, Now: w.Now,
	})
	require.NoError(tb, err)
	rules := traffic.Rules()
	w.price = rules.Price
	g, err := guard.New(guard.Config{Key: []byte(key), Rules: &rules, Challenger: traffic.Tokens{}, Now: w.Now})
	require.NoError(tb, err)
	w.Service, _ = newService(tb, func(cfg *otp.Config) { cfg.Sender, cfg.Guard, cfg.Now = composer, g, w.Now })
	return w
}

func (w *town) at(now time.Time) { w.Advance(now.Sub(w.Now())) }

// Ask starts or resends, as a page would.
func (w *town) Ask(ctx context.Context, now time.Time, e traffic.Event) (traffic.Line, error) {
	w.at(now)
	paid := w.paid.texts
	var v otp.Verification
	var err error
	if id := w.ids[e.Flow]; e.Action == traffic.Resend && id != "" {
		v, err = w.Resend(ctx, otp.ResendRequest{ID: id, Purpose: e.Purpose, Binding: e.Session, Client: e.IP, Solution: e.Token})
	} else {
		v, err = w.Start(ctx, otp.StartRequest{Purpose: e.Purpose, Phone: e.Typed, Binding: e.Session, Client: e.IP, Solution: e.Token})
	}
	line := traffic.Line{Decision: "refuse", Way: "none"}
	var failed *otp.Error
	switch {
	case err == nil && v.Sent:
		line.Decision, line.Way, line.CostFen = "allow", "free", w.price*(w.paid.texts-paid)
		if line.CostFen > 0 {
			line.Way = "paid"
		}
		w.ids[e.Flow] = v.ID
	case errors.Is(err, otp.ChallengeWanted):
		line.Decision = "challenge"
	case errors.As(err, &failed):
		line.Rule, line.Wait = failed.Rule, int(failed.RetryAfter/time.Second)
		if failed.Code == otp.BadRequest || failed.Code == otp.Unavailable {
			return line, err
		}
	}
	return line, nil
}

// Check types the code that came, or another one.
func (w *town) Check(ctx context.Context, now time.Time, e traffic.Event) (bool, error) {
	w.at(now)
	id := w.ids[e.Flow]
	code := w.free.codes[id]
	if code == "" {
		return false, nil
	}
	if !e.WillVerify {
		code = wrongFor(code)
	}
	_, err := w.Service.Check(ctx, otp.CheckRequest{ID: id, Purpose: e.Purpose, Binding: e.Session, Code: code})
	if err != nil && !errors.As(err, new(*otp.Error)) {
		return false, err
	}
	return err == nil, nil
}

// played plays a scenario in a bubble, where the moments that a service waits take none.
func played(t *testing.T, freeIsDown bool, s traffic.Scenario) (w *town, sum traffic.Summary) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w = newTown(t, freeIsDown)
		var err error
		sum, err = traffic.Play(t.Context(), w, traffic.Decisions{}, s.Make(7))
		require.NoError(t, err)
	})
	return w, sum
}

// TestAttacksOnAWholeService plays attacks and honest days, a day each, on service, guard
// and composer together, and holds them to what the guard promises.
func TestAttacksOnAWholeService(t *testing.T) {
	t.Parallel()
	quick := map[string]bool{ // enough for the race detector
		"own-numbers": true, "many-victims-solvers": true, "victim-in-new": true, "pushed-to-paid": true, "office": true, "foreign": true,
	}
	for _, s := range traffic.Samples() {
		if raceShare > 1 && !quick[s.Name] {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w, sum := played(t, false, s)
			require.NoError(t, s.Judge(sum), sum)
			require.Equal(t, w.paid.texts*w.price, sum.AttackFen+sum.HonestFen, "the bill of the paid way")
			require.Equal(t, w.free.texts+w.paid.texts, sum.AttackTexts+sum.HonestTexts)
			require.Positive(t, w.free.texts)
		})
	}
}

// TestAttacksWhileTheFreeWayIsDown: then every text would cost money, and an attack costs
// no more than before.
func TestAttacksWhileTheFreeWayIsDown(t *testing.T) {
	t.Parallel()
	for _, s := range traffic.Samples() {
		if s.Name != "many-victims-solvers" && (s.Name != "sequential-solvers" || raceShare > 1) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w, sum := played(t, true, s)
			require.LessOrEqual(t, sum.WorstDayFen, 100, sum)
			require.Positive(t, w.paid.texts, sum)
			require.Equal(t, w.paid.texts*w.price, sum.AttackFen+sum.HonestFen)
		})
	}
}
