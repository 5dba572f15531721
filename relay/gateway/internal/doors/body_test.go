package doors_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener whose connections are pipes, so that a bubble knows their time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

// exchange sends the beginning of a request and returns what comes back until the connection
// ends, and how long that took.
func exchange(t *testing.T, handler http.HandlerFunc, begun string) (answer string, took time.Duration) {
	t.Helper()
	listener := make(pipes, 1)
	server := &http.Server{Handler: handler}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	here, there := net.Pipe()
	listener <- there
	start := time.Now()
	go func() { _, _ = io.WriteString(here, begun) }()
	all, err := io.ReadAll(here)
	require.NoError(t, err)
	took = time.Since(start)
	require.NoError(t, here.Close())
	close(listener)
	require.NoError(t, server.Close())
	<-ended
	return string(all), took
}

const slowly = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234"

func TestABodyThatNobodyReadsHoldsNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer, took := exchange(t, func(w http.ResponseWriter, r *http.Request) {
			doors.LeaveBody(w, r)
			http.Error(w, "refused", http.StatusForbidden)
		}, slowly)
		require.True(t, strings.HasPrefix(answer, "HTTP/1.1 403"), answer)
		require.Contains(t, answer, "Connection: close")
		require.LessOrEqual(t, took, 6*time.Second, "the connection ends, though the body never comes")
	})
}

func TestABodyThatWasReadKeepsItsConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234"
		var bodies []string
		answer, _ := exchange(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := doors.ReadBody(w, r, 10, make(chan struct{}))
			assert.NoError(t, err)
			bodies = append(bodies, string(body))
			doors.LeaveBody(w, r)
			w.WriteHeader(http.StatusNoContent)
		}, request+request+strings.Replace(request, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		require.Equal(t, []string{"1234", "1234", "1234"}, bodies)
		require.Equal(t, 3, strings.Count(answer, "HTTP/1.1 204"))
		require.Equal(t, 1, strings.Count(answer, "Connection: close"), "the last, as its client asked")
	})
}

func TestABodyIsBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, request string
		ends          time.Duration // when the gateway shuts down
		want          func(error) bool
		within        time.Duration
	}{
		{"slow", slowly, time.Hour, is(doors.ErrLate), doors.BodyTime + time.Second},
		{"shut down", slowly, time.Second, is(doors.ErrEnding), 2 * time.Second},
		{"large", strings.Replace(slowly, "1234", "1234567890", 1), time.Hour, func(err error) bool {
			var tooLarge *http.MaxBytesError
			return errors.As(err, &tooLarge)
		}, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ending := make(chan struct{})
				timer := time.AfterFunc(test.ends, func() { close(ending) })
				defer timer.Stop()
				answer, took := exchange(t, func(w http.ResponseWriter, r *http.Request) {
					_, err := doors.ReadBody(w, r, 9, ending)
					doors.LeaveBody(w, r)
					http.Error(w, fmt.Sprint(test.want(err)), http.StatusBadRequest)
				}, test.request)
				require.Contains(t, answer, "true")
				require.LessOrEqual(t, took, test.within)
			})
		})
	}
}

func is(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }

func TestAPanicTellsNoSecret(t *testing.T) {
	t.Parallel()
	require.Equal(t, "string", doors.WithoutSecrets("secret"))
	require.Equal(t, "*errors.errorString", doors.WithoutSecrets(errors.New("secret")))
	func() {
		defer func() { require.Contains(t, doors.WithoutSecrets(recover()), "index out of range") }()
		var none []int
		_ = none[len(none)]
	}()
}
