package inmemory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// The suite queuetest has the rules; here stands what an engine does not show.

func TestACallThatArrivesLateDoesNotShortenPresence(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	call := gateway.Presence{Phone: "old-phone", Lanes: []string{"text"}, Interval: time.Minute, At: noon}
	phones.Seen(call)
	call.At = noon.Add(-time.Minute)
	phones.Seen(call)
	require.True(t, phones.Online("text", noon.Add(2*time.Minute-time.Millisecond)))
	require.False(t, phones.Online("text", noon.Add(2*time.Minute)))
	require.False(t, phones.Online("text", noon), "a phone that was found offline is forgotten")
}

func TestACallWithoutLanesCountsForTheKnownLanes(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	phones.Seen(gateway.Presence{Phone: "old-phone", At: noon})
	phones.Seen(gateway.Presence{Phone: "old-phone", Lanes: []string{"text"}, At: noon})
	require.False(t, phones.Online("text", noon), "no interval is known")

	phones.Seen(gateway.Presence{Phone: "old-phone", Lanes: []string{"text"}, Interval: time.Minute, At: noon})
	phones.Seen(gateway.Presence{Phone: "old-phone", At: noon.Add(time.Minute)})
	require.True(t, phones.Online("text", noon.Add(2*time.Minute)))
}

func TestAPhoneKeepsAsManyLanesAsOnePullCanName(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	lane := func(n int) string { return fmt.Sprintf("lane-%d", n) }
	for n := range relayapi.MaxLanes + 1 {
		phones.Seen(gateway.Presence{
			Phone: "old-phone", Lanes: []string{lane(n)}, Interval: time.Minute, At: noon.Add(time.Duration(n) * time.Millisecond),
		})
	}
	require.False(t, phones.Online(lane(0), noon))
	require.True(t, phones.Online(lane(1), noon))
}

func TestSubscribers(t *testing.T) {
	t.Parallel()
	var subscribers inmemory.Subscribers
	subscribers.Tell([]gateway.Change{{Job: "before anybody subscribed"}})
	var first, second []gateway.Change
	stop := subscribers.Add(func(c gateway.Change) { first = append(first, c) })
	defer subscribers.Add(func(c gateway.Change) { second = append(second, c) })()
	subscribers.Tell([]gateway.Change{{Lane: "text"}, {Job: "a"}})
	stop()
	subscribers.Tell([]gateway.Change{{Job: "b"}})
	require.Equal(t, []gateway.Change{{Lane: "text"}, {Job: "a"}}, first)
	require.Equal(t, []gateway.Change{{Lane: "text"}, {Job: "a"}, {Job: "b"}}, second)
}

func TestAClockThatIsSetBackEndsACooling(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	lanes := []string{"text"}
	failed := gateway.StateReport{
		Phone: "old-phone", State: relayapi.StateFailed, Failure: &relayapi.Failure{Class: relayapi.FailureLimit},
		CoolFor: time.Minute, Now: noon,
	}
	phones.Learn("text", failed) // of a phone that has never pulled
	require.Empty(t, phones.All(noon))
	phones.Seen(gateway.Presence{Phone: "old-phone", Lanes: lanes, Interval: time.Hour, At: noon})
	phones.Learn("text", failed)
	cooled, until := phones.Cooled("old-phone", lanes, noon.Add(-30*time.Second))
	require.Equal(t, lanes, cooled, "calls can arrive in another order")
	require.Equal(t, noon.Add(time.Minute), until)
	cooled, _ = phones.Cooled("old-phone", lanes, noon.Add(-time.Minute))
	require.Empty(t, cooled)
	phones.Seen(gateway.Presence{Phone: "old-phone", Lanes: lanes, Interval: time.Hour, At: noon.Add(time.Second)})
	require.Zero(t, phones.Count("text", noon.Add(time.Second), 10), "a request does not end it")
	require.Equal(t, 1, phones.Count("text", noon.Add(time.Minute), 10))
}
