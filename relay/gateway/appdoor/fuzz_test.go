package appdoor_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// FuzzDoor makes requests of a registered phone, one a line: method, path and body. $job stands for
// the job that it was handed. A line "pass" with a number lets as many seconds go by.
//
// Whatever the lines are, no answer is a failure of the gateway's own, and no job is lost: what
// was handed out is offered again until it has a state of its own, and ends once.
func FuzzDoor(f *testing.F) {
	for _, seed := range []string{
		`PATCH /device {"id":"xiaomi-cannon","simCards":[{"slotIndex":0,"simNumber":1,"carrierName":"****"}]}`,
		`PATCH /message [{"id":"$job","state":"Processed","recipients":[{"phoneNumber":"+8613800138000","state":"Processed"}],"states":{"Processed":"2026-11-21T11:52:08.120+08:00"}}]`,
		`PATCH /message [{"id":"$job","state":"Sent"}]` + "\n" + `PATCH /messages [{"id":"$job","state":"Failed","recipients":[{"error":"TTL expired"}]}]`,
		`PATCH /message [{"id":"$job","state":"Failed","recipients":[{"error":"Send result: RESULT_ERROR_LIMIT_EXCEEDED"}],"states":{"Sent":7}}]`,
		`PATCH /message [{"id":"$job","state":"Cancelled"}]` + "\npass 700\nGET /message?order=fifo ",
		`POST /device {"name":"\u0000","simCards":[{}]}` + "\n" + `GET /settings x` + "\n" + `GET /user/code `,
		`PATCH /device {"id":7}` + "\n" + `PATCH /message null` + "\n" + `PATCH /message [null,{}]` + "\n" + `PUT / {`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			phone := w.register()
			phone.messages()
			job := w.submitted().ID
			phone.one()
			for _, line := range strings.SplitN(lines, "\n", 16) {
				phone.follow(strings.ReplaceAll(line, "$job", job))
			}
			phone.settle(job)
		})
	})
}

// follow makes one request.
func (a *app) follow(line string) {
	a.Helper()
	if seconds, ok := strings.CutPrefix(line, "pass "); ok {
		d, _ := time.ParseDuration(seconds + "s")
		elapse(min(max(d, 0), time.Hour))
		return
	}
	method, rest, _ := strings.Cut(line, " ")
	path, body, ok := strings.Cut(rest, " ")
	if !ok || strings.Contains(path, "events") {
		return
	}
	token := a.token
	if method == http.MethodPost {
		token = privateToken
	}
	r, err := http.NewRequestWithContext(a.Context(), method, "http://x/mobile/v1"+path, strings.NewReader(body))
	if err != nil {
		return
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer := a.serve(r)
	require.Less(a, answer.Code, http.StatusInternalServerError, "%s", answer.Body)
	if answer.Code != http.StatusNoContent {
		require.True(a, json.Valid(answer.Body.Bytes()), "%s", answer.Body)
	}
}

// settle looks at the job once more: it is offered as long as nothing is known of it, and
// has ended at most once.
func (a *app) settle(id string) {
	a.Helper()
	job := a.job(id)
	final := 0
	for _, step := range job.History {
		switch step.State {
		case relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateCancelled, relayapi.StateExpired:
			if !step.Late {
				final++
			}
		}
	}
	require.LessOrEqual(a, final, 1)
	require.Equal(a, job.Final(), final == 1)
	if job.State == relayapi.StateTaken && a.Now().Before(job.Deadline) {
		elapse(time.Second) // its limit of requests
		require.Equal(a, id, a.one().ID)
	}
	require.NotEqual(a, relayapi.StateQueued, job.State)
}
