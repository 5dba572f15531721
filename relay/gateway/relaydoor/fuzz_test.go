package relaydoor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// FuzzDoor makes requests, one a line: who, method, path, idempotency key ("-" for none) and
// body. $job and $lease stand for those of the last answer that had one. A line "pass"
// with a number lets as many seconds go by.
//
// Whatever the lines are, every answer is one of the contract, none is a failure of the
// gateway's own, no acknowledged job is lost, none is taken twice, and none is cancelled and
// taken.
func FuzzDoor(f *testing.F) {
	const message = `{"to":"13800138000","text":"Your code is 824913."}`
	story := []string{
		"old-phone POST /v1/pull - {}", "shop POST /v1/messages k " + message,
		`old-phone POST /v1/pull - {"max":3,"wait_ms":1000}`, `old-phone POST /v1/receipts - {"id":"$job","lease":"$lease","state":"taken"}`,
		`old-phone POST /v1/receipts - {"id":"$job","lease":"$lease","state":"sent"}`, "shop GET /v1/messages/$job - ",
	}
	for n := range story {
		f.Add(strings.Join(story[:n+1], "\n"))
	}
	for _, seed := range []string{
		`shop POST /v1/messages k {"to":"13800138000","text":"x","wait_ms":5000,"ttl_seconds":3}`,
		"shop DELETE /v1/messages k \nshop POST /v1/messages k " + message + "\neva DELETE /v1/messages/$job - ",
		story[0] + "\n" + story[1] + "\n" + story[2] + "\nshop DELETE /v1/messages/$job - \n" + story[3],
		story[0] + "\n" + story[1] + "\n" + story[2] + "\npass 2\n" + story[2] + "\npass 20\nnew-phone POST /v1/pull - {}\n" + story[3],
		story[0] + "\n" + story[1] + "\n" + `old-phone POST /v1/receipts - {"id":"$job","lease":"","state":"failed","error":{"class":"limit"}}`,
		"eva GET /healthz - \n GET / - {\nforum PUT /v1/messages/%2f - []\nshop POST /v1/messages \xff {\"to\":null}",
		`shop POST /v1/register - {"code":"abc","name":"x"}` + "\n" + `eva POST /v1/register - {"code":7}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		synctest.Test(t, func(t *testing.T) {
			w := newFuzzedWorld(t)
			for _, line := range strings.SplitN(lines, "\n", 32) {
				w.follow(line)
			}
			w.settle()
		})
	})
}

// fuzzedWorld remembers what the gateway has acknowledged.
type fuzzedWorld struct {
	*world
	job, lease   string
	acknowledged []string
	takenBy      map[string]string
	cancelled    map[string]bool
}

func newFuzzedWorld(t *testing.T) *fuzzedWorld {
	t.Helper()
	return &fuzzedWorld{world: newWorld(t), takenBy: map[string]string{}, cancelled: map[string]bool{}}
}

func (w *fuzzedWorld) follow(line string) {
	w.Helper()
	if seconds, ok := strings.CutPrefix(line, "pass "); ok {
		d, _ := time.ParseDuration(seconds + "s")
		elapse(min(max(d, 0), time.Hour))
		return
	}
	words := strings.SplitN(line, " ", 5)
	if len(words) < 5 {
		return
	}
	known := strings.NewReplacer("$job", w.job, "$lease", w.lease)
	who, method, path, key, body := words[0], words[1], known.Replace(words[2]), words[3], known.Replace(words[4])
	r := &http.Request{
		Method: method, URL: &url.URL{Path: path}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + who + "-token"}},
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	if key != "-" {
		r.Header.Set(relayapi.HeaderIdempotencyKey, key)
	}
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, r.WithContext(w.Context()))
	w.judge(who, method, path, body, reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()})
}

// judge wants an answer of the contract, and remembers what it acknowledges.
func (w *fuzzedWorld) judge(who, method, path, body string, r reply) {
	w.Helper()
	var answer struct {
		relayapi.Submission
		relayapi.ErrorReply
		Jobs []relayapi.Job `json:"jobs"`
	}
	require.NoError(w, json.Unmarshal(r.body, &answer), "%s", r.body)
	switch {
	case r.status >= http.StatusInternalServerError:
		require.Equal(w, relayapi.CodeNoPhoneOnline, answer.Error.Code, "%s", r.body)
	case r.status >= http.StatusBadRequest:
		require.NotEmpty(w, answer.Error.Code)
	case path == relayapi.PathPull:
		for _, job := range answer.Jobs {
			w.job, w.lease = job.ID, job.Lease
		}
	case path == relayapi.PathStateReports:
		w.took(who, answer.ID, answer.State, body)
	case path != relayapi.PathHealth:
		w.job = answer.ID
		w.acknowledged = append(w.acknowledged, answer.ID)
		w.cancelled[answer.ID] = w.cancelled[answer.ID] || method == http.MethodDelete || answer.State == relayapi.StateCancelled
	}
}

// took notes who may send a job, and under which lease.
func (w *fuzzedWorld) took(who, id string, state relayapi.State, body string) {
	w.Helper()
	var report relayapi.StateReport
	require.NoError(w, json.Unmarshal([]byte(body), &report))
	if report.State != relayapi.StateTaken || state != relayapi.StateTaken {
		return
	}
	taker := who + " " + report.Lease
	if before, ok := w.takenBy[id]; ok {
		require.Equal(w, before, taker, "a job is taken once")
	}
	w.takenBy[id] = taker
}

// settle looks at every job that was acknowledged.
func (w *fuzzedWorld) settle() {
	w.Helper()
	for _, id := range w.acknowledged {
		r := w.call(operator, http.MethodGet, relayapi.PathSubmissions+"/"+id, nil)
		job := as[relayapi.Submission](w.world, r, http.StatusOK)
		require.NotEmpty(w, job.History)
		require.Equal(w, job.State == relayapi.StateCancelled, w.cancelled[id], "a job that is cancelled stays so")
		if w.cancelled[id] {
			require.Empty(w, w.takenBy[id], "no job is cancelled and taken")
		}
	}
	require.NotContains(w, w.log.String(), "panicked")
}
