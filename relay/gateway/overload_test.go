package gateway_test

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

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// overload is a lane with more texts than its phones can send, in a synctest bubble.
type overload struct {
	gateway *gateway.Gateway
	// needs is how long a phone needs for its next text.
	needs func() time.Duration
	most  int // jobs in one pull

	mu      sync.Mutex
	out     int            // texts that phones have sent
	answers map[string]int // what the sites were told
	inTime  []time.Duration
}

var overloadSite = gateway.Principal{Name: shop, Role: gateway.RoleSite}

func newOverload(t *testing.T, needs func() time.Duration) *overload {
	t.Helper()
	queue := memqueue.New()
	g, err := gateway.New(gateway.Config{
		Budgets: &gateway.Budgets{},
		Queue:   queue, Quotas: []gateway.Quota{},
		Tokens: []gateway.Token{{Name: shop, Role: gateway.RoleSite, Hash: gateway.HashToken("a-token")}},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, g.Close())
		require.NoError(t, queue.Close())
	})
	return &overload{gateway: g, needs: needs, most: 1, answers: map[string]int{}}
}

// work is a phone that sends what it gets, one text after the other.
func (o *overload) work(ctx context.Context, name string, send func(job gateway.Job) gateway.ReportRequest) {
	phone := gateway.Principal{Name: name, Role: gateway.RolePhone}
	for ctx.Err() == nil {
		jobs, err := o.gateway.Pull(ctx, phone, gateway.PullRequest{Wait: 20 * time.Second, Max: o.most})
		if err != nil {
			return
		}
		for _, job := range jobs {
			taken, err := o.gateway.Report(ctx, phone, gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: relayapi.StateTaken})
			if err != nil || taken.State != relayapi.StateTaken {
				continue
			}
			report := send(job)
			report.ID, report.Lease = job.ID, job.Lease
			_, _ = o.gateway.Report(ctx, phone, report)
		}
	}
}

// good sends a text.
func (o *overload) good(gateway.Job) gateway.ReportRequest {
	<-time.After(o.needs())
	o.mu.Lock()
	defer o.mu.Unlock()
	o.out++
	return gateway.ReportRequest{State: relayapi.StateSent}
}

// submit is a site that waits for so long.
func (o *overload) submit(ctx context.Context, n int, patience time.Duration) {
	start := time.Now()
	answer := o.ask(ctx, n, patience)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers[answer]++
	if answer == string(relayapi.StateSent) && time.Since(start) <= patience {
		o.inTime = append(o.inTime, time.Since(start))
	}
}

func (o *overload) ask(ctx context.Context, n int, patience time.Duration) string {
	submitted, err := o.gateway.Submit(ctx, overloadSite, gateway.Submission{
		To: relayapi.Number(fmt.Sprintf("+86138%08d", n)), Text: "Your code is 824913.", TTL: patience, Wait: patience,
	})
	switch {
	case errors.Is(err, gateway.ErrLaneBusy):
		return "busy"
	case err != nil:
		return err.Error()
	}
	job, err := o.gateway.Await(ctx, submitted.Job.ID, patience)
	if err != nil {
		return err.Error()
	}
	return string(job.State)
}

// run has sites submit every so often, and returns when all have their answers.
func (o *overload) run(t *testing.T, texts int, every, patience time.Duration) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var phone, sites sync.WaitGroup
	phone.Go(func() { o.work(ctx, "old-phone", o.good) })
	synctest.Wait()
	for n := range texts {
		sites.Go(func() { o.submit(ctx, n, patience) })
		<-time.After(every)
	}
	sites.Wait()
	stop()
	phone.Wait()
}

// TestOverload: one phone that needs half a second for a text, four texts a second, and
// sites that wait for three seconds, for five minutes.
func TestOverload(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		name  string
		needs func() time.Duration
		most  int
	}{
		{"a steady phone", func() time.Duration { return time.Second / 2 }, 1},
		{"an unsteady phone", func() time.Duration { return time.Second/4 + time.Duration(random.Int64N(int64(time.Second/2))) }, 1},
		{"a phone that pulls ten at once", func() time.Duration { return time.Second / 2 }, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOverload(t, tt.needs)
				o.most = tt.most
				o.run(t, 1200, time.Second/4, 3*time.Second)
				t.Logf("%d texts went out, %d answered in time; answers: %v", o.out, len(o.inTime), o.answers)
				require.GreaterOrEqual(t, len(o.inTime)*10, o.out*9, "a text that goes out is answered in time")
				require.Greater(t, o.out, 500, "the phone has work all the time")
			})
		})
	}
}

// TestAPhoneThatFailsFastDoesNotSwallowTheWork: beside a good phone that needs half a
// second, one fails at once whatever it gets.
func TestAPhoneThatFailsFastDoesNotSwallowTheWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOverload(t, func() time.Duration { return time.Second / 2 })
		failed := 0
		ctx, stop := context.WithCancel(t.Context())
		var broken sync.WaitGroup
		broken.Go(func() {
			o.work(ctx, "broken", func(gateway.Job) gateway.ReportRequest {
				failed++
				return gateway.ReportRequest{State: relayapi.StateFailed, Failure: &relayapi.Failure{Class: relayapi.FailureNoService}}
			})
		})
		o.run(t, 60, time.Second, 10*time.Second)
		stop()
		broken.Wait()
		t.Logf("the broken phone failed %d times; answers: %v", failed, o.answers)
		require.Equal(t, map[string]int{"sent": 60}, o.answers)
		require.Less(t, failed, 5)
	})
}

// TestALaneThatWasSlowIsTriedAgain: a pace that was measured long ago refuses nobody.
func TestALaneThatWasSlowIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := true
		o := newOverload(t, func() time.Duration {
			if slow {
				return 20 * time.Second
			}
			return time.Second / 2
		})
		o.run(t, 2, 25*time.Second, 3*time.Second)
		require.Equal(t, map[string]int{"taken": 1, "busy": 1}, o.answers)
		slow = false
		<-time.After(30 * time.Second)
		o.run(t, 10, time.Second, 3*time.Second)
		require.Equal(t, 10, o.answers["sent"], "%v", o.answers)
	})
}
