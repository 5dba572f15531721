package appdoor_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestWhatTheAppSaysOfFailures(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(words, 10)
	for _, tt := range []struct {
		said, text string
		class      relayapi.FailureClass
		mayBeSent  bool
	}{
		{"Send result: RESULT_ERROR_LIMIT_EXCEEDED (Failed because we reached the sending queue limit)", words, relayapi.FailureLimit, false},
		{"Send result: RESULT_ERROR_LIMIT_EXCEEDED", long, relayapi.FailureLimit, true},
		{"Send result: RESULT_ERROR_NO_SERVICE", words, relayapi.FailureNoService, false},
		{"Send result: RESULT_ERROR_RADIO_OFF", words, relayapi.FailureNoService, false},
		{"Send result: RESULT_RADIO_NOT_AVAILABLE", words, relayapi.FailureNoService, false},
		{"Send result: RESULT_ERROR_GENERIC_FAILURE", words, relayapi.FailureUnknown, true},
		{"Send result: RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED", words, relayapi.FailureRejected, false},
		{"Can't send message: SIM 2 not found", words, relayapi.FailureConfig, false},
		{"Can't send message: SIM 2 not found", long, relayapi.FailureConfig, false},
		{"sendSMS: Neither user 10123 nor current process has android.permission.SEND_SMS.", words, relayapi.FailureConfig, false},
		{"sendSMS: Invalid destinationAddress", words, relayapi.FailureInvalidNumber, false},
		{"Can't send message: whatever", words, relayapi.FailureUnknown, false},
		{"sendSMS: whatever", words, relayapi.FailureUnknown, true},
		{"TTL expired", words, relayapi.FailureTooLate, false},
		{"Delivery result from SC +8613800100500: 70", words, relayapi.FailureRejected, true},
		{"Delivery result: 1", words, relayapi.FailureRejected, true},
		{"", words, relayapi.FailureUnknown, true},
		{"新的错误", words, relayapi.FailureUnknown, true},
	} {
		t.Run(tt.said, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			phone := w.register()
			phone.messages()
			job := w.submitted(func(s *gateway.Submission) { s.Text = relayapi.Text(tt.text) })
			phone.one()
			phone.says(job.ID, "Failed", tt.said, `"Pending":"2026-11-28T00:00:00.000Z"`)
			failure := w.is(job.ID, relayapi.StateFailed).Failure()
			require.Equal(t, tt.class, failure.Class)
			require.Equal(t, tt.mayBeSent, failure.MayHaveSent)
			require.NotContains(t, failure.Text, "13800100500")
		})
	}
}

// TestTheHistoryOfAReceiptCounts: its state can be an earlier one.
func TestTheHistoryOfAReceiptCounts(t *testing.T) {
	t.Parallel()
	const sent = `"Sent":"2026-11-28T08:00:00.100+0800"`
	for _, tt := range []struct {
		state, states string
		want          string
	}{
		{"Processed", sent, "queued taken sent"},
		{"Pending", sent + `,"Delivered":"x"`, "queued taken sent delivered"},
		{"Processed", `"Failed":7`, "queued taken failed"},
		{"Delivered", sent, "queued taken sent delivered"},
		{"Delivered", "", "queued taken delivered"},
		{"Failed", sent, "queued taken sent failed"},
		{"Pending", "", "queued taken"},
		{"Processed", `"Processed":"2026-11-28T08:00:00.100Z","Pending":null`, "queued taken"},
		{"Cancelled", sent, "queued taken failed"},
		{"", `"Cancelled":"x"`, "queued taken failed"},
		{"Sent", `"Sent":"9999-12-31T23:59:59-12:00"`, "queued taken sent"}, // the year 10000 in UTC
		{"Failed", `"Failed":"0000-01-01T00:00:00Z"`, "queued taken failed"},
	} {
		t.Run(tt.state+tt.states, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			phone := w.register()
			phone.messages()
			job := w.submitted()
			phone.one()
			phone.says(job.ID, tt.state, "", tt.states)
			var steps []string
			for _, step := range w.job(job.ID).History {
				steps = append(steps, string(step.State))
			}
			require.Equal(t, tt.want, strings.Join(steps, " "))
		})
	}
}

// TestARecipientsStateCounts where the message's own says nothing.
func TestARecipientsStateCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.messages()
	job := w.submitted()
	phone.one()
	body := fmt.Sprintf(`[{"id":%q,"state":"Later","recipients":[{"state":"Failed","error":"TTL expired"}]}]`, job.ID)
	w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/message", body))
	require.Equal(t, relayapi.FailureTooLate, w.is(job.ID, relayapi.StateFailed).Failure().Class)
}

// TestAFullPhonePullsAgainWhenThereIsRoom: one pull has so many jobs at most.
func TestAFullPhonePullsAgainWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *setup) { s.PingInterval, s.Budgets = 10*time.Minute, &gateway.Budgets{} })
		phone := w.register()
		phone.as(http.MethodGet, "/settings", "")
		phone.messages()
		s := phone.listen()
		s.heard()
		phone.messages()
		for range relayapi.MaxJobs + 1 {
			w.submitted()
		}
		s.heard()
		items := phone.messages()
		require.Len(t, items, relayapi.MaxJobs)
		require.Len(t, phone.messages(), relayapi.MaxJobs)
		s.heard()
		phone.says(items[0].ID, "Sent", "", "")
		require.Equal(t, []string{enqueued}, s.heard())
		last := phone.messages()
		require.Len(t, last, relayapi.MaxJobs)
		require.NotContains(t, items, last[0])
	})
}

// TestAnEventForSeveralJobs: the phone is told to pull until a pull brings nothing new, and
// no more often, whatever it repeats.
func TestAnEventForSeveralJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone := w.register()
		phone.as(http.MethodGet, "/settings", "")
		phone.messages()
		s := phone.listen()
		s.heard()
		phone.messages()
		job := w.submitted()
		require.Equal(t, []string{enqueued}, s.heard())
		phone.one()
		for range 3 {
			phone.says(job.ID, "Pending", "", "")
			phone.says(job.ID, "Processed", "", "")
			require.Empty(t, s.heard())
			elapse(time.Second)
			phone.one()
		}
		second := w.submitted()
		require.Equal(t, []string{enqueued}, s.heard())
		elapse(time.Second)
		require.Len(t, phone.messages(), 2)
		phone.says(job.ID, "Sent", "", "")
		require.Equal(t, []string{enqueued}, s.heard())
		elapse(time.Second)
		phone.one()
		for _, state := range []string{"Sent", "Delivered", "Delivered"} {
			phone.says(job.ID, state, "", "")
			phone.says(second.ID, state, "", "")
			require.Empty(t, s.heard())
			phone.messages()
		}
	})
}

// TestAPhoneServesItsLanes: a token for every lane those of the options.
func TestAPhoneServesItsLanes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *setup) { s.Options.Lanes = []string{"market", "codes"} })
	every := w.registerWith("Code " + w.code(gateway.Invitation{Lanes: []string{gateway.AnyLane}}))
	usual := w.registerWith("Code " + w.code(gateway.Invitation{}))
	private := w.register()
	for _, phone := range []*app{every, usual, private} {
		require.Empty(t, phone.messages())
	}
	phones, err := w.Phones(t.Context(), operator)
	require.NoError(t, err)
	lanes := map[string][]string{}
	for _, p := range phones {
		lanes[p.Phone] = p.Lanes
	}
	require.Equal(t, map[string][]string{every.id: {"codes", "market"}, usual.id: {relayapi.DefaultLane}, private.id: {"codes", "market"}}, lanes)
}

// TestTheGatewayChoosesTheSIM of a phone that says that it has two, and the app that of any
// other.
func TestTheGatewayChoosesTheSIM(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	phone.as(http.MethodPatch, "/device", `{"simCards":[{"slotIndex":0,"simNumber":1},{"slotIndex":1,"simNumber":2,"carrierName":"****"}]}`)
	phone.messages()
	used := map[int]bool{}
	for range 2 {
		job := w.submitted()
		got := phone.one()
		require.Equal(t, w.job(job.ID).SIM, *got.SimNumber)
		used[*got.SimNumber] = true
		phone.says(job.ID, "Sent", "", "")
	}
	require.Equal(t, map[int]bool{1: true, 2: true}, used)

	phone.as(http.MethodPatch, "/device", `{"simCards":[{"slotIndex":0,"simNumber":1}]}`)
	phone.messages()
	w.submitted()
	require.Nil(t, phone.one().SimNumber)
}
