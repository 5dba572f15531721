package appdoor_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// The traps of the app, by their numbers: what its program does that a server has to know.

// TestT1Times: the app reads a fraction of a second as a count of milliseconds.
func TestT1Times(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	for _, now := range []time.Time{
		time.Date(2026, 11, 28, 3, 30, 0, 123_456_789, time.FixedZone("", 8*3600)), time.Date(2026, 11, 28, 3, 30, 0, 120_000_000, time.UTC),
		time.Date(2026, 11, 28, 3, 30, 0, 0, time.UTC),
	} {
		t.Run(fmt.Sprint(now), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *setup) { s.Now = func() time.Time { return now } })
			phone := w.register()
			phone.messages()
			w.submitted()
			got := phone.one()
			for _, text := range []string{got.ValidUntil, got.CreatedAt} {
				require.Regexp(t, form, text)
			}
			created, err := time.Parse(time.RFC3339Nano, got.CreatedAt)
			require.NoError(t, err)
			require.Equal(t, now.Truncate(time.Millisecond).UTC(), created)
		})
	}
}

// TestT2EveryStreamStays: the app opens another stream with every registration. If the
// older one ended, it would open it again and end the newer one.
func TestT2EveryStreamStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		var streams []*listener
		for range 4 {
			streams = append(streams, phone.listen())
			synctest.Wait()
		}
		phone.messages()
		for _, s := range streams {
			s.heard()
		}
		job := phone.submitted()
		for i, s := range streams {
			require.Equal(t, []string{enqueued}, s.heard(), "stream %d", i)
			require.False(t, s.isOver())
		}
		require.Equal(t, job.ID, phone.one().ID)
		streams[3].hang()
		require.True(t, streams[3].isOver())
		phone.submitted()
		require.Contains(t, streams[0].heard(), enqueued, "the others go on")
	})
}

// TestT2StreamsThatNobodyReadsAreBounded: the oldest ends, which is the one least likely to be
// read.
func TestT2StreamsThatNobodyReadsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		var streams []*listener
		for range 18 {
			streams = append(streams, phone.listen())
			synctest.Wait()
		}
		for i, s := range streams {
			require.Equal(t, i < 2, s.isOver(), "stream %d", i)
		}
	})
}

// TestT3AnOpenStreamKeepsNobodyOnline: the app can believe for an hour that it is connected.
func TestT3AnOpenStreamKeepsNobodyOnline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		dead := phone.listen()
		phone.messages()
		elapse(59 * time.Second)
		phone.submitted()
		elapse(2 * time.Second)
		require.False(t, dead.isOver())
		_, err := phone.Submit(t.Context(), shop, gateway.Submission{To: "13900139000", Text: words})
		require.ErrorIs(t, err, gateway.ErrNoPhoneOnline)
		phone.messages()
		phone.submitted()
	})
}

// TestT3AStreamAsksForAPull: a phone without the app's ping stays online by its stream, as
// long as somebody reads it.
func TestT3AStreamAsksForAPull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		phone.as(http.MethodGet, "/settings", "")
		phone.messages()
		s := phone.listen()
		require.Equal(t, []string{enqueued}, s.heard())
		elapse(16 * time.Second)
		require.Equal(t, []string{keepAlive}, s.heard())
		elapse(15 * time.Second)
		require.Equal(t, []string{enqueued}, s.heard())
		for range 40 {
			phone.messages()
			elapse(45 * time.Second)
			require.Contains(t, s.heard(), enqueued)
			phone.submitted(func(s *gateway.Submission) { s.TTL = time.Second })
			elapse(2 * time.Second)
		}
	})
}

// TestT3TheIntervalOfTheSettingsIsThatOfTheGateway: what the app is told is what it is judged
// by.
func TestT3TheIntervalOfTheSettingsIsThatOfTheGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *setup) { s.PingInterval = 90 * time.Second })
		phone := w.register()
		phone.messages()
		var got struct {
			Ping struct {
				Seconds int `json:"interval_seconds"`
			}
		}
		require.NoError(t, json.Unmarshal(phone.as(http.MethodGet, "/settings", "").Body.Bytes(), &got))
		phones, err := w.Phones(t.Context(), operator)
		require.NoError(t, err)
		require.Equal(t, 90, got.Ping.Seconds)
		require.Equal(t, 2*time.Duration(got.Ping.Seconds)*time.Second, phones[0].OnlineUntil.Sub(w.Now()))
	})
}

// TestT4ReceiptsInAnyOrder: requests overtake each other, and each is repeated.
func TestT4ReceiptsInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		states string
		want   relayapi.State
	}{
		{"in order", "Pending Processed Sent Delivered", relayapi.StateDelivered},
		{"backwards", "Delivered Sent Processed Pending", relayapi.StateDelivered},
		{"sent, then processed", "Sent Processed", relayapi.StateSent},
		{"sent, then pending", "Sent Pending", relayapi.StateSent},
		{"failed, then sent", "Failed Sent", relayapi.StateFailed},
		{"delivered, then failed", "Delivered Failed", relayapi.StateDelivered},
		{"sent, then failed", "Sent Failed", relayapi.StateFailed},
		{"sent, then cancelled", "Sent Cancelled", relayapi.StateSent},
		{"every one twice", "Processed Processed Sent Sent Delivered Delivered", relayapi.StateDelivered},
		{"words that nobody knows", "Sent Teleported", relayapi.StateSent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			phone := w.register()
			phone.messages()
			job := w.submitted()
			phone.one()
			for state := range strings.FieldsSeq(tt.states) {
				phone.says(job.ID, state, "", "")
			}
			w.is(job.ID, tt.want)
		})
	}
}

// TestT4ReceiptsOfOthers: whatever a receipt names, the app need not repeat it.
func TestT4ReceiptsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone, other := w.register(), w.register()
	phone.messages()
	job := w.submitted()
	phone.one()
	other.says(job.ID, "Sent", "", "")
	other.says(job.ID, "Failed", "x", "")
	w.is(job.ID, relayapi.StateTaken)
	for _, id := range []string{"unknown", "", strings.Repeat("x", 5000), "\x00", "' OR 1=1"} {
		phone.says(id, "Sent", "", "")
	}
	w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/messages", `[]`))
	w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/messages", `[{"id":"`+job.ID+`","state":"Sent","recipients":null,"states":null,"new":{}}]`))
	w.is(job.ID, relayapi.StateSent)
}

// TestT5AMessageIsOfferedUntilItsReceipt: the answer to a pull can be lost.
func TestT5AMessageIsOfferedUntilItsReceipt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.messages()
	job := w.submitted()
	first := phone.one()
	for range 3 {
		require.Equal(t, first, phone.one(), "word for word")
	}
	phone.says(job.ID, "Processed", "", "")
	require.Equal(t, first, phone.one(), "nothing is known of it yet")
	phone.says(job.ID, "Sent", "", "")
	require.Empty(t, phone.messages())
}

// TestT6NumbersComeBackInAnyForm: the number is handed out as it is, and a receipt counts
// whatever the phone has made of it.
func TestT6NumbersComeBackInAnyForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.messages()
	for _, written := range []string{number, "13800138000", "+13800138000", "138 0013 8000", ""} {
		job := w.submitted()
		require.Equal(t, []string{number}, phone.one().PhoneNumbers)
		body := fmt.Sprintf(`[{"id":%q,"state":"Sent","recipients":[{"phoneNumber":%q,"state":"Sent"}]}]`, job.ID, written)
		w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/message", body))
		w.is(job.ID, relayapi.StateSent)
	}
}

// TestT7OneRecipientAMessage: the app counts its limits by messages, and at a high priority
// not at all.
func TestT7OneRecipientAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.messages()
	for _, to := range []relayapi.Number{number, number, "+8613900139000"} {
		w.submitted(func(s *gateway.Submission) { s.To = to })
	}
	items := phone.messages()
	require.Len(t, items, 3)
	for _, got := range items {
		require.Len(t, got.PhoneNumbers, 1)
		require.NotEmpty(t, got.ValidUntil)
		require.Zero(t, *got.Priority)
	}
	require.Contains(t, phone.as(http.MethodGet, "/settings", "").Body.String(), `"limit_period":"PerMinute","limit_value":24`)
}
