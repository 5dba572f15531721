package memqueue_test

import (
	"context"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// A site submits a job, a phone takes it, and from then on it cannot be cancelled.
func Example() {
	ctx, now := context.Background(), time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
	lanes := []string{relayapi.DefaultLane}
	queue := memqueue.New()
	defer func() { _ = queue.Close() }()

	_ = queue.Seen(ctx, gateway.Presence{Phone: "old-phone", Lanes: lanes, Interval: time.Minute, At: now})
	submitted, err := queue.Submit(ctx, gateway.Submit{
		ID: "1", Site: "shop", To: "+8613800138000", Text: "Your code is 824913.", Lane: relayapi.DefaultLane,
		Now: now, Deadline: now.Add(5 * time.Minute),
	})
	fmt.Println(submitted.Job.State, submitted.Job.To, submitted.Job.Text, err)

	offered, err := queue.Offer(ctx, gateway.Pull{
		Phone: "old-phone", Lanes: lanes, Max: 1, Lease: "first", LeaseFor: 10 * time.Second, Now: now,
	})
	fmt.Println(len(offered.Jobs), "job offered", err)
	taken, err := queue.Record(ctx, gateway.StateReport{
		ID: "1", Phone: "old-phone", Lease: "first", State: relayapi.StateTaken, Now: now,
	})
	fmt.Println(taken.State, err)

	_, err = queue.Cancel(ctx, gateway.Cancellation{ID: "1", By: gateway.Actor{Kind: relayapi.SourceSite, Name: "shop"}, Now: now})
	fmt.Println(err)
	// Output:
	// queued 138****8000 [20 characters] <nil>
	// 1 job offered <nil>
	// taken <nil>
	// gateway: the job can no longer be cancelled
}
