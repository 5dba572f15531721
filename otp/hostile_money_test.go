package otp_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
)

// thieves ask for texts to strangers' numbers, from any address and session that they like, and
// solve nothing. Each tactic is one wish in a minute.
var thieves = map[string]func(ctx context.Context, w *town, minute int) error{
	"a new number, address and session each": func(ctx context.Context, w *town, minute int) error {
		return second(w.Start(ctx, stolen(minute, minute, minute)))
	},
	"one number from everywhere": func(ctx context.Context, w *town, minute int) error {
		return second(w.Start(ctx, stolen(7, minute, minute)))
	},
	"a hundred numbers in one session": func(ctx context.Context, w *town, minute int) error {
		return second(w.Start(ctx, stolen(minute%100, 3, 3)))
	},
	"resends": func(ctx context.Context, w *town, minute int) error {
		if minute%4 == 0 {
			v, err := w.Start(ctx, stolen(minute, minute, minute))
			w.ids["thief"] = v.ID
			return err
		}
		first := stolen(minute-minute%4, minute-minute%4, minute-minute%4)
		return second(w.Resend(ctx, otp.ResendRequest{ID: w.ids["thief"], Purpose: "login", Binding: first.Binding, Client: first.Client}))
	},
	"cancels what he has started": func(ctx context.Context, w *town, minute int) error {
		req := stolen(minute, minute, minute)
		v, err := w.Start(ctx, req)
		if err != nil {
			return err
		}
		return w.Cancel(ctx, v.ID, "login", req.Binding)
	},
	"types wrong codes": func(ctx context.Context, w *town, minute int) error {
		req := stolen(minute, minute, minute)
		v, err := w.Start(ctx, req)
		if err != nil {
			return err
		}
		for range otp.DefaultTries {
			_, _ = w.Service.Check(ctx, otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: "000000"})
		}
		return nil
	},
}

func stolen(number, address, session int) otp.StartRequest {
	return otp.StartRequest{
		Purpose: "login", Phone: fmt.Sprint("13", 100_000_000+number*7919%900_000_000), Binding: fmt.Sprint("session ", session),
		Client: fmt.Sprintf("%d.%d.%d.9", 11+address%200, address/200%250, address%250),
	}
}

// TestAThiefWhoSolvesNothingCostsAYuan plays two days of each tactic on service, guard and
// composer, with the free way up and down, while the service also sends by itself.
func TestAThiefWhoSolvesNothingCostsAYuan(t *testing.T) {
	t.Parallel()
	for name, ask := range thieves {
		for _, down := range []bool{false, true} {
			t.Run(fmt.Sprint(name, "/down=", down), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := escalating(t, down)
					var spent []int // after each minute
					for minute := range 2 * 24 * 60 / raceShare {
						if err := ask(t.Context(), w, minute); err != nil {
							require.ErrorAs(t, err, new(*otp.Error))
						}
						w.Advance(time.Minute)
						_, err := w.Escalate(t.Context())
						require.NoError(t, err)
						spent = append(spent, w.paid.texts*w.price)
					}
					worst := 0
					for i, sum := range spent {
						if i >= 24*60 {
							sum -= spent[i-24*60]
						}
						worst = max(worst, sum)
					}
					require.LessOrEqual(t, worst, 100, "fen in 24 hours")
					require.Positive(t, w.paid.texts+w.free.texts)
					t.Logf("%d free, %d paid, %d fen in the worst day", w.free.texts, w.paid.texts, worst)
				})
			})
		}
	}
}

// escalating is a town whose service sends by itself, without challenges to solve.
func escalating(tb testing.TB, freeIsDown bool) *town {
	tb.Helper()
	codes, mu := map[string]string{}, &sync.Mutex{}
	w := &town{clock: newClock(), free: &lane{name: "free", down: freeIsDown, mu: mu, codes: codes}, paid: &lane{name: "paid", mu: mu, codes: codes}, ids: map[string]string{}}
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: w.free}, Retry: failover.Member{Provider: w.paid}, Now: w.Now,
	})
	require.NoError(tb, err)
	w.price = guard.DefaultRules().Price
	w.Service, _ = newService(tb, func(cfg *otp.Config) {
		cfg.Sender, cfg.Guard, cfg.Now = composer, nil, w.Now
		cfg.Purposes["login"] = otp.Policy{EscalateAfter: 45 * time.Second}
	})
	return w
}
