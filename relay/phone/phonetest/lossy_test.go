package phonetest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

// echo is a transport that answers with the request's body and counts.
type echo struct{ bodies []string }

func (e *echo) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	e.bodies = append(e.bodies, string(body))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(body)))}, err
}

// ask makes a request over a transport and returns the answer's body.
func ask(t *testing.T, line http.RoundTripper, path, body string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway.test"+path, strings.NewReader(body))
	require.NoError(t, err)
	response, err := line.RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return string(data), err
}

func TestLossy(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		line    *phonetest.Lossy
		arrived int
		err     error
		counts  phonetest.LossyCounts
	}{
		{"nothing", &phonetest.Lossy{}, 1, nil, phonetest.LossyCounts{Requests: 1}},
		{"lost", &phonetest.Lossy{Lose: 1}, 0, phonetest.ErrLost, phonetest.LossyCounts{Requests: 1, Lost: 1}},
		{"answer lost", &phonetest.Lossy{LoseAnswer: 1}, 1, phonetest.ErrAnswerLost, phonetest.LossyCounts{Requests: 1, AnswersLost: 1}},
		{"repeated", &phonetest.Lossy{Repeat: 1}, 2, nil, phonetest.LossyCounts{Requests: 1, Repeated: 1}},
		{"spared", &phonetest.Lossy{Lose: 1, Spare: func(*http.Request) bool { return true }}, 1, nil, phonetest.LossyCounts{Requests: 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := &echo{}
			c.line.Base = server
			got, err := ask(t, c.line, "/", "hello")
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.err == nil, got == "hello")
			require.Len(t, server.bodies, c.arrived)
			for _, body := range server.bodies {
				require.Equal(t, "hello", body)
			}
			require.Equal(t, c.counts, c.line.Counts())
		})
	}
	t.Run("down", func(t *testing.T) {
		t.Parallel()
		server := &echo{}
		line := &phonetest.Lossy{Base: server}
		line.Cut()
		_, err := ask(t, line, "/", "hello")
		require.ErrorIs(t, err, phonetest.ErrDown)
		line.Mend()
		_, err = ask(t, line, "/", "hello")
		require.NoError(t, err)
	})
	t.Run("delayed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			line := &phonetest.Lossy{Base: &echo{}, Delay: time.Minute}
			began := time.Now()
			_, err := ask(t, line, "/", "hello")
			require.NoError(t, err)
			require.Positive(t, time.Since(began))
			require.Less(t, time.Since(began), time.Minute)
		})
	})
}

func TestOneSeedOneFate(t *testing.T) {
	t.Parallel()
	fates := func(seed uint64, mixed bool) (list []string) {
		line := &phonetest.Lossy{Base: &echo{}, Seed: seed, Lose: 0.3, LoseAnswer: 0.3, Repeat: 0.3}
		for range 50 {
			if mixed {
				_, _ = ask(t, line, "/other", "hello") // must not change the fate of the others
			}
			_, err := ask(t, line, "/", "hello")
			list = append(list, fmt.Sprint(err))
		}
		return list
	}
	require.Equal(t, fates(1, false), fates(1, true))
	require.NotEqual(t, fates(1, false), fates(2, false))
	require.Contains(t, fates(1, false), "<nil>")
}

func TestCutEndsAStream(t *testing.T) {
	t.Parallel()
	play(t, "and the app connects again when the network is back", nil, func(w *world) {
		w.line.Cut()
		w.elapse(time.Hour)
		require.Len(w, w.opened(), 1)
		w.line.Mend()
		w.elapse(time.Minute)
		require.Len(w, w.opened(), 2)
	})
	play(t, "a silent stream says nothing of a server that goes", nil, func(w *world) {
		w.line.Silence()
		synctest.Wait()
		w.stop()
		defer w.network.Serve(w.backend)()
		w.elapse(30 * time.Minute)
		require.Len(w, w.opened(), 1)
		w.app.Close()
	})
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	ok := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
	}
	var network phonetest.Network
	transport := network.Client().Transport
	_, err := ask(t, transport, "/", "")
	require.ErrorContains(t, err, "connection refused")
	stop := network.Serve(ok("first"))
	got, err := ask(t, transport, "/", "")
	require.NoError(t, err)
	require.Equal(t, "first", got)
	listener := network.Listen()
	require.Equal(t, "memory phone.test", listener.Addr().Network()+" "+listener.Addr().String())
	require.NoError(t, listener.Close())
	_, err = ask(t, transport, "/", "")
	require.ErrorContains(t, err, "connection refused")
	stop()
	defer network.Serve(ok("second"))()
	got, err = ask(t, transport, "/", "")
	require.NoError(t, err)
	require.Equal(t, "second", got)
}
