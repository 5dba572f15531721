package inmemory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/queuetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestTheLedgerOfAnEngine runs the suite on the engine that is this package and a list of
// jobs. What follows has what an engine does not show.
func TestTheLedgerOfAnEngine(t *testing.T) {
	t.Parallel()
	queuetest.RunInMemory(t, func(t *testing.T) gateway.Queue {
		t.Helper()
		q := memqueue.New()
		t.Cleanup(func() { require.NoError(t, q.Close()) })
		return q
	})
}

// keeper is a store of uses.
type keeper struct {
	uses   map[string]gateway.Use
	states map[gateway.SIM]gateway.SIMState
	clock  time.Time
}

func (k *keeper) KeepUse(u gateway.Use)                             { k.uses[u.Job] = u }
func (k *keeper) KeepClock(at time.Time)                            { k.clock = at }
func (k *keeper) DropUse(job string)                                { delete(k.uses, job) }
func (k *keeper) KeepState(sim gateway.SIM, state gateway.SIMState) { k.states[sim] = state }

// offered is a job on offer to a phone until a minute has passed.
func offered(n int, now time.Time) gateway.Job {
	return gateway.Job{
		ID: fmt.Sprintf("job-%d", n), To: relayapi.Number(fmt.Sprintf("+86138%08d", n)), Text: "Hi", Lane: "text", Phone: "old-phone",
		State: relayapi.StateOffered, LeaseEnd: now.Add(time.Minute),
	}
}

// TestALedgerIsWhatItsKeeperHas plays jobs and compares a ledger that was filled anew.
func TestALedgerIsWhatItsKeeperHas(t *testing.T) {
	t.Parallel()
	kept := &keeper{uses: map[string]gateway.Use{}, states: map[gateway.SIM]gateway.SIMState{}}
	digest := func(number string) string { return "digest of " + number }
	ledger := &inmemory.Ledger{Digest: digest, Keep: kept}
	budgets := gateway.ConsumerBudgets()
	for n := range 30 {
		job := offered(n, noon)
		ledger.Count(job)
		switch n % 3 {
		case 0:
			job.State, job.History = relayapi.StateTaken, []relayapi.Transition{{State: relayapi.StateTaken, At: relayapi.Time{Time: noon}}}
			ledger.Count(job)
			ledger.Reported(gateway.StateReport{
				Phone: "old-phone", State: relayapi.StateFailed, Failure: &relayapi.Failure{Class: relayapi.FailureLimit}, Budgets: &budgets, Now: noon,
			}, job)
		case 1:
			job.State = relayapi.StateExpired
			ledger.Release(job)
		}
	}
	require.Len(t, kept.uses, 20)
	require.Equal(t, "digest of +8613800000000", kept.uses["job-0"].Recipient)
	again := &inmemory.Ledger{Digest: digest}
	for _, use := range kept.uses {
		again.Put(use)
	}
	for sim, state := range kept.states {
		again.PutState(sim, state)
	}
	for _, at := range []time.Time{noon, noon.Add(time.Minute), noon.Add(2 * time.Hour), noon.Add(gateway.BudgetMonth)} {
		require.Equal(t, ledger.Used(&budgets, nil, at), again.Used(&budgets, nil, at))
	}
	require.Len(t, kept.uses, 10, "what was only on offer has lapsed")
	require.Equal(t, 4, ledger.Forget(noon.Add(time.Hour), 4))
	require.Len(t, kept.uses, 6)
	ledger.Resume(gateway.SIM{Phone: "old-phone"})
	require.Zero(t, kept.states[gateway.SIM{Phone: "old-phone"}])
}
