package gateway_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// stage is a gateway in a synctest bubble, called without a door.
type stage struct {
	*testing.T
	*gateway.Gateway
	queue *slowQueue
	shop  gateway.Principal
	phone gateway.Principal
}

// slowQueue returns late when a test says so: after the engine has decided.
type slowQueue struct {
	gateway.Queue
	submit, offer, record atomic.Int64 // nanoseconds
	// fails makes it store no report.
	fails atomic.Bool
}

func (q *slowQueue) Submit(ctx context.Context, s gateway.Submit) (gateway.Submitted, error) {
	submitted, err := q.Queue.Submit(ctx, s)
	if late := time.Duration(q.submit.Load()); late > 0 {
		select {
		case <-time.After(late):
		case <-ctx.Done():
			return gateway.Submitted{}, ctx.Err()
		}
	}
	return submitted, err
}

func (q *slowQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	offered, err := q.Queue.Offer(ctx, p)
	pass(time.Duration(q.offer.Load()))
	return offered, err
}

func (q *slowQueue) Record(ctx context.Context, r gateway.StateReport) (gateway.Job, error) {
	if q.fails.Load() {
		return gateway.Job{}, errors.New("the row is damaged")
	}
	job, err := q.Queue.Record(ctx, r)
	pass(time.Duration(q.record.Load()))
	return job, err
}

func onStage(t *testing.T, play func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		queue := memqueue.New()
		s := &stage{
			T: t, queue: &slowQueue{Queue: queue},
			shop:  gateway.Principal{Name: shop, Role: gateway.RoleSite},
			phone: gateway.Principal{Name: "phone", Role: gateway.RolePhone},
		}
		var err error
		s.Gateway, err = gateway.New(gateway.Config{
			Queue: s.queue, Quotas: []gateway.Quota{},
			Tokens: []gateway.Token{{Name: shop, Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token")}},
		})
		require.NoError(t, err)
		defer func() {
			require.NoError(t, s.Close())
			require.NoError(t, queue.Close())
		}()
		s.pull()
		play(s)
	})
}

// answer is what a submission that waits comes to.
type answer struct {
	gateway.Job
	err error
}

const patience = 10 * time.Second

// submit is what a door does: it submits, and waits if asked.
func (s *stage) submit(ctx context.Context, key string, wait time.Duration) answer {
	submitted, err := s.Submit(ctx, s.shop, gateway.Submission{
		Key: key, To: "+8613800138000", Text: "Your code is 824913.", Wait: wait,
	})
	if err != nil || wait == 0 {
		return answer{submitted.Job, err}
	}
	job, err := s.Await(ctx, submitted.Job.ID, wait)
	return answer{job, err}
}

// waiting submits in the background and waits until that stands still.
func (s *stage) waiting(ctx context.Context, key string) <-chan answer {
	pending := make(chan answer, 1)
	go func() { pending <- s.submit(ctx, key, patience) }()
	synctest.Wait()
	return pending
}

func (s *stage) pull() []gateway.Job { return s.pullFor(0) }

func (s *stage) pullFor(wait time.Duration) []gateway.Job {
	s.Helper()
	jobs, err := s.Pull(s.Context(), s.phone, gateway.PullRequest{Max: 10, Wait: wait})
	require.NoError(s, err)
	return jobs
}

func (s *stage) pullOne() gateway.Job {
	s.Helper()
	jobs := s.pull()
	require.Len(s, jobs, 1)
	return jobs[0]
}

func (s *stage) report(job gateway.Job, state relayapi.State) (gateway.Job, error) {
	return s.Report(s.Context(), s.phone, gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: state})
}

// send takes the job and sends it.
func (s *stage) send(job gateway.Job) {
	s.Helper()
	for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent} {
		_, err := s.report(job, state)
		require.NoError(s, err)
	}
}

func (s *stage) state(id string) relayapi.State {
	s.Helper()
	job, err := s.Job(s.Context(), s.shop, id)
	require.NoError(s, err)
	return job.State
}

// pass lets time go by.
func pass(d time.Duration) { <-time.After(d) }
