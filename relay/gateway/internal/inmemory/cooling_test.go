package inmemory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// atLimit is the report of a phone that has reached a limit.
func atLimit(phone string, now time.Time) gateway.StateReport {
	return gateway.StateReport{
		Phone: phone, State: relayapi.StateFailed, Failure: &relayapi.Failure{Class: relayapi.FailureLimit},
		CoolFor: time.Minute, Now: now,
	}
}

// online makes two phones online on two lanes, for twenty minutes.
func online(phones *inmemory.Phones) {
	for _, phone := range []string{"new-phone", "old-phone"} {
		phones.Seen(gateway.Presence{Phone: phone, Lanes: []string{"text", "mob"}, Interval: 10 * time.Minute, At: noon})
	}
}

// TestACooledPhoneIsNotOnlineOnThatLane: on another lane it is, and another phone is.
func TestACooledPhoneIsNotOnlineOnThatLane(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	online(&phones)
	phones.Learn("text", atLimit("old-phone", noon))
	phones.Learn("text", atLimit("nobody", noon))
	require.Equal(t, 1, phones.Count("text", noon, 9))
	require.Equal(t, 2, phones.Count("mob", noon, 9))
	require.True(t, phones.Another("text", "old-phone", noon))
	require.False(t, phones.Another("text", "new-phone", noon))
	require.True(t, phones.Another("text", "new-phone", noon.Add(time.Minute)))
	cooled, until := phones.Cooled("old-phone", []string{"mob", "text"}, noon)
	require.Equal(t, []string{"text"}, cooled)
	require.Equal(t, noon.Add(time.Minute), until)
}

// TestCoolingGrowsUntilATextIsSent: failures while it lasts count once.
func TestCoolingGrowsUntilATextIsSent(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	online(&phones)
	lasts := func(now time.Time) time.Duration {
		_, until := phones.Cooled("old-phone", []string{"text"}, now)
		return until.Sub(now)
	}
	phones.Learn("text", atLimit("old-phone", noon))
	phones.Learn("text", atLimit("old-phone", noon.Add(time.Second)))
	require.Equal(t, time.Minute, lasts(noon))
	later := noon.Add(2 * time.Minute)
	phones.Learn("text", atLimit("old-phone", later))
	require.Equal(t, 2*time.Minute, lasts(later))
	phones.Learn("text", gateway.StateReport{Phone: "old-phone", State: relayapi.StateSent, Now: later})
	require.True(t, phones.Another("text", "new-phone", later))
	phones.Learn("text", gateway.StateReport{Phone: "old-phone", State: relayapi.StateTaken, Now: later})
	phones.Learn("text", atLimit("old-phone", later))
	require.Equal(t, time.Minute, lasts(later), "it began anew")
}

func TestAllPhones(t *testing.T) {
	t.Parallel()
	var phones inmemory.Phones
	online(&phones)
	phones.Seen(gateway.Presence{Phone: "new-phone", At: noon.Add(time.Minute)})
	phones.Learn("text", atLimit("old-phone", noon))
	phones.Learn("mob", atLimit("old-phone", noon))
	until := noon.Add(time.Minute)
	require.Equal(t, []gateway.PhonePresence{
		{Phone: "new-phone", Lanes: []string{"mob", "text"}, LastSeen: until, OnlineUntil: noon.Add(21 * time.Minute)},
		{
			Phone: "old-phone", Lanes: []string{"mob", "text"}, LastSeen: noon, OnlineUntil: noon.Add(20 * time.Minute),
			CooledUntil: map[string]time.Time{"mob": until, "text": until},
		},
	}, phones.All(noon))
}
