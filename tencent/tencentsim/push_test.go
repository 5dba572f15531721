package tencentsim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// receiver takes pushes and answers them in turn; the last answer stays.
type receiver struct {
	mu      sync.Mutex
	answers []string
	bodies  []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, request.Method+" "+request.Header.Get("Content-Type")+" "+string(body))
	answer := r.answers[0]
	if len(r.answers) > 1 {
		r.answers = r.answers[1:]
	}
	if answer == "500" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, answer)
}

const ok = `{"result":0,"errmsg":"OK"}`

// pushTo posts the queue to a receiver with these answers.
func pushTo(t *testing.T, a account, answers ...string) (taken int, bodies []string, err error) {
	t.Helper()
	r := &receiver{answers: answers}
	server := httptest.NewServer(r)
	defer server.Close()
	taken, err = a.PushReports(t.Context(), server.Client(), server.URL)
	return taken, r.bodies, err
}

func TestPushReports(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	report := Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()}
	for range mostReports + 1 {
		a.Report(report)
	}
	reply := Reply{Phone: "+8613800138000", Text: "T", At: a.clock.Now()}
	a.Receive(reply)
	taken, bodies, err := pushTo(t, a, ok)
	require.NoError(t, err)
	require.Equal(t, mostReports+2, taken)
	require.Len(t, bodies, 3, "two parts of a list, and a reply")
	require.Equal(t, "POST application/json "+string(PushDeliveries(report)), bodies[1])
	require.Equal(t, "POST application/json "+string(PushReply(reply)), bodies[2])

	taken, bodies, err = pushTo(t, a, ok)
	require.NoError(t, err)
	require.Zero(t, taken)
	require.Empty(t, bodies, "the queues are empty")
	pulled, _ := a.do(t, request{action: "PullSmsSendStatus", body: pullBody})
	require.Zero(t, rows(t, pulled))
}

func TestPushIsRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []string
		want    string
		posts   int
	}{
		{name: "taken at the third try", answers: []string{"500", `{"result":1}`, ok}, posts: 3},
		{name: "given up", answers: []string{`{"result":1}`}, posts: 3, want: "tencentsim: push: the receiver answers result 1"},
		{name: "an error page", answers: []string{"500"}, posts: 3, want: "the receiver answers HTTP 500"},
		{name: "no answer in it", answers: []string{`{}`}, posts: 3, want: "the receiver's answer is not"},
		{name: "a result that is no number", answers: []string{`{"result":"0"}`}, posts: 3, want: "the receiver's answer is not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			a.Report(Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()})
			taken, bodies, err := pushTo(t, a, tt.answers...)
			require.Len(t, bodies, tt.posts)
			if tt.want == "" {
				require.NoError(t, err)
				require.Equal(t, 1, taken)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.Zero(t, taken)
		})
	}
}

func TestPushToNobody(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	a.Receive(Reply{Phone: "+8613800138000"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := a.PushReports(ctx, http.DefaultClient, "http://127.0.0.1:1")
	require.ErrorIs(t, err, context.Canceled)
	a.Receive(Reply{Phone: "+8613800138000"})
	_, err = a.PushReports(ctx, http.DefaultClient, ":")
	require.ErrorContains(t, err, "missing protocol scheme", fmt.Sprint(err))
}
