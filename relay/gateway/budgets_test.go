package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func budgeted(b gateway.Budgets) func(*gateway.Config) {
	return func(cfg *gateway.Config) { cfg.Budgets = &b }
}

func TestABudgetThatIsUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, budgeted(gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 1}}))
		job := w.submitted(text())
		w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		elapse(time.Second)
		_, err := w.Submit(t.Context(), site, text())
		var over *gateway.BudgetError
		require.ErrorAs(t, err, &over)
		require.ErrorIs(t, err, gateway.ErrBudgetUsed)
		require.Equal(t, time.Hour-time.Second, over.RetryAfter)
		require.Contains(t, err.Error(), over.RetryAt.Format(time.RFC3339))
		require.EqualValues(t, 1, w.Refusals()[gateway.Refusal{Code: "sim_budget", Role: gateway.RoleSite, Name: shop}])
		require.Equal(t, relayapi.StateTaken, w.read(job.ID).State)
	})
}

// With the defaults a SIM sends 24 segments a minute; without budgets it sends what comes.
func TestDefaultBudgets(t *testing.T) {
	t.Parallel()
	for name, budgets := range map[string]*gateway.Budgets{"defaults": nil, "none": {}} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			w := newOnlineWorld(t, func(cfg *gateway.Config) { cfg.Budgets = budgets })
			for range 24 {
				w.submitted(text())
				w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
			}
			_, err := w.Submit(t.Context(), site, text())
			if budgets != nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, gateway.ErrBudgetUsed)
		})
	}
	require.Equal(t, gateway.Budget{SegmentsPerMinute: 24, TextsPerHour: 50, TextsPerDay: 200, RecipientsPerMonth: 99}, gateway.ConsumerBudgets().SIM)
}

// A wake goes from a phone without budget to the next one.
func TestAPhoneWithoutBudgetPassesItsWakeOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, budgeted(gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 1}}))
		w.submitted(text())
		w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		without := w.longPull(t.Context(), oldPhone)
		with := w.longPull(t.Context(), newPhone)
		job := w.submitted(text())
		synctest.Wait()
		require.Equal(t, job.ID, (<-with).value[0].ID)
		require.Empty(t, (<-without).value)
	})
}

// A pull that waits brings a job as soon as its phone has budget.
func TestAPullWaitsForItsBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, budgeted(gateway.Budgets{SIM: gateway.Budget{Gap: 7 * time.Second}}))
		first, second := w.submitted(text()), w.submitted(text())
		w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		got := <-w.longPull(t.Context(), oldPhone)
		require.Equal(t, 7*time.Second, got.after)
		require.Equal(t, second.ID, got.value[0].ID)
		require.NotEqual(t, first.ID, second.ID)
	})
}

func TestADrainedSIMIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, budgeted(gateway.Budgets{DrainAfter: 1}))
		s := text()
		w.submitted(s)
		job := w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		w.submitted(s)
		failed := report(job, relayapi.StateFailed)
		failed.Failure = &relayapi.Failure{Class: relayapi.FailureRejected}
		_, err := w.Report(t.Context(), oldPhone, failed)
		require.NoError(t, err)
		waiting := w.longPull(t.Context(), oldPhone)
		uses, err := w.Budgets(t.Context(), operator)
		require.NoError(t, err)
		sim := gateway.SIM{Phone: oldPhone.Name}
		require.Equal(t, sim, uses[1].SIM)
		require.Equal(t, w.Now().Add(24*time.Hour), uses[1].DrainedUntil)
		require.Equal(t, 1, uses[1].Refusals)

		var forbidden *gateway.ForbiddenError
		_, err = w.Budgets(t.Context(), site)
		require.ErrorAs(t, err, &forbidden)
		require.ErrorAs(t, w.Resume(t.Context(), oldPhone, sim), &forbidden)
		require.NoError(t, w.Resume(t.Context(), operator, sim))
		require.Len(t, (<-waiting).value, 1, "it hears of it")
		require.Contains(t, w.log.String(), "relay: SIM resumed")
	})
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	at := func(hour, minute int) time.Time { // in China
		return time.Date(2026, 11, 21, hour, minute, 0, 0, time.FixedZone("", 8*60*60)).UTC()
	}
	night := gateway.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}
	lunch := gateway.QuietHours{From: 12 * time.Hour, To: 13 * time.Hour}
	for _, tt := range []struct {
		hours gateway.QuietHours
		at    time.Time
		want  bool
	}{
		{night, at(21, 59), false},
		{night, at(22, 0), true},
		{night, at(0, 0), true},
		{night, at(7, 29), true},
		{night, at(7, 30), false},
		{lunch, at(11, 59), false},
		{lunch, at(12, 0), true},
		{lunch, at(13, 0), false},
		{gateway.QuietHours{}, at(0, 0), false},
	} {
		require.Equal(t, tt.want, tt.hours.Contains(tt.at), "%v at %v", tt.hours, tt.at)
	}
}

func TestBudgetsReportEverythingAtOnce(t *testing.T) {
	t.Parallel()
	bad := gateway.Budget{
		SegmentsPerMinute: -1, TextsPerHour: 100_001, TextsPerDay: -1, RecipientsPerMonth: -1, Gap: 2 * time.Hour,
		Quiet: gateway.QuietHours{From: -1, To: 24 * time.Hour},
	}
	err := gateway.Config{Queue: memqueue.New(), Tokens: tokens(), Budgets: &gateway.Budgets{
		Phone: bad, SIM: bad, Lane: bad, DrainAfter: -1, DrainFor: -1,
		Phones: map[string]gateway.Budget{"a": bad}, Lanes: map[string]gateway.Budget{"text": bad},
		SIMs: map[gateway.SIM]gateway.Budget{{Phone: "b", Slot: 2}: bad, {Phone: "a", Slot: 1}: bad},
	}}.Validate()
	for _, want := range []string{
		"Budgets.Phone.SegmentsPerMinute: must be between 0, for no limit, and 100000", "Budgets.SIM.TextsPerHour: ",
		"Budgets.Lane.TextsPerDay: ", `Budgets.Phones["a"].RecipientsPerMonth: `, `Budgets.SIMs["b", 2].Gap: `,
		`Budgets.Lanes["text"].Quiet.From: `, "Budgets.Phone.Quiet.To: must be at least 0 and less than 24 hours",
		"Budgets.DrainAfter: ", "Budgets.DrainFor: ",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestSameCarrier(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		to    relayapi.Number
		shown string
		want  bool
	}{
		{"+8613800138000", "中国移动", true},
		{"+8613800138000", "CMCC", true},
		{"+8613800138000", "China Unicom", false},
		{"+8613000138000", "CHN-UNICOM", true},
		{"+8618900138000", "中国电信", true},
		{"+8619200138000", "中国广电", true},
		{"+8613800138000", "", false},
		{"+8617000138000", "中国移动", false},
		{"+447700900123", "CMCC", false},
		{"+861", "CMCC", false},
	} {
		require.Equal(t, tt.want, gateway.SameCarrier(tt.to, tt.shown), "%s on %s", tt.to[:4], tt.shown)
	}
}
