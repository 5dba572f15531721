package sqlitequeue

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// BenchmarkBudgets is what calls cost when 200,000 texts of a thousand SIMs count, and every
// SIM is near the ends of its budget of a month and of a day.
func BenchmarkBudgets(b *testing.B) {
	queue, err := New(Config{Path: filepath.Join(b.TempDir(), "queue.db")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, queue.Close()) })
	budgets := gateway.ConsumerBudgets()
	fillUses(b, queue)
	n := 0
	submit := func() error {
		n++
		_, err := queue.Submit(b.Context(), gateway.Submit{
			ID: fmt.Sprintf("job-%d", n), Site: "shop", Content: "digest", To: relayapi.Number(fmt.Sprintf("+86137%08d", n)), Text: "code 824913",
			Lane: relayapi.DefaultLane, Now: budgetNoon, Deadline: budgetNoon.Add(time.Hour), Wait: 10 * time.Second, Budgets: &budgets,
		})
		return err
	}
	handOut := func() error {
		offered, err := queue.Offer(b.Context(), gateway.Pull{
			Phone: fmt.Sprintf("phone-%d", n%benchPhones), Lanes: []string{relayapi.DefaultLane}, Max: 1, Lease: "lease", LeaseFor: time.Minute,
			Now: budgetNoon, Unasked: true, Budgets: &budgets,
		})
		if err != nil || len(offered.Jobs) == 0 {
			return fmt.Errorf("%d jobs (%w)", len(offered.Jobs), err)
		}
		_, err = queue.Record(b.Context(), gateway.StateReport{
			ID: offered.Jobs[0].ID, Phone: offered.Jobs[0].Phone, State: relayapi.StateFailed, Now: budgetNoon, Budgets: &budgets,
			Failure: &relayapi.Failure{Class: relayapi.FailureInvalidNumber},
		})
		return err
	}
	sweep := func(before time.Time) error {
		_, err := queue.Sweep(b.Context(), gateway.Sweep{Now: budgetNoon, ForgetUsesBefore: before})
		return err
	}
	for _, one := range []struct {
		name  string
		calls []func() error
	}{
		{"submit, pull and report", []func() error{submit, handOut}},
		{"sweep of nothing", []func() error{func() error { return sweep(budgetNoon.Add(-gateway.BudgetMonth)) }}},
		{"sweep of what is old", []func() error{func() error { return sweep(budgetNoon) }}},
	} {
		b.Run(one.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				for _, call := range one.calls {
					start := time.Now()
					require.NoError(b, call())
					took = append(took, time.Since(start))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// benchPhones are as many phones.
const benchPhones = 1000

// fillUses has a thousand phones, all online, with 200 texts each: 90 within a day.
func fillUses(b *testing.B, queue *Queue) {
	b.Helper()
	for phone := range benchPhones {
		name := fmt.Sprintf("phone-%d", phone)
		require.NoError(b, queue.Seen(b.Context(), gateway.Presence{
			Phone: name, Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: budgetNoon,
		}))
		_, err := write(b.Context(), queue.writer, func(tx *session) (struct{}, error) {
			for n := range 200 {
				use := gateway.Use{
					Job: fmt.Sprintf("%s-%d", name, n), SIM: gateway.SIM{Phone: name}, Lane: relayapi.DefaultLane,
					Recipient: fmt.Sprintf("recipient-%d", n%95), Segments: 1, At: budgetNoon.Add(-time.Duration(n*15+60) * time.Minute),
				}
				tx.ledger().Put(use)
				tx.KeepUse(use)
			}
			return struct{}{}, nil
		})
		require.NoError(b, err)
	}
}
