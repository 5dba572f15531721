package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// effectTest says what a client and the recorder see of an effect.
type effectTest struct {
	name     string
	fault    sim.Fault
	status   int    // 0: no answer
	body     string // what arrives of it
	broken   error  // what the client's error matches
	accepted int    // texts
	recorded int    // status of the exchange
}

var effectTests = []effectTest{
	{
		name: "refuse by code", fault: sim.Fault{Effect: sim.EffectRefuse, Code: "poor"},
		status: 200, body: "no poor", recorded: 200,
	},
	{
		name: "refuse by kind", fault: sim.Fault{Effect: sim.EffectRefuse, Kind: provider.KindThrottled},
		status: 200, body: "no often", recorded: 200,
	},
	{
		name:   "refuse by kind and scope",
		fault:  sim.Fault{Effect: sim.EffectRefuse, Kind: provider.KindThrottled, Scope: provider.ScopeAccount},
		status: 200, body: "no busy", recorded: 200,
	},
	{
		name: "delay", fault: sim.Fault{Effect: sim.EffectDelay, Delay: time.Nanosecond},
		status: 200, body: "ok post-1", accepted: 1, recorded: 200,
	},
	{
		name: "reset before", fault: sim.Fault{Effect: sim.EffectResetBefore},
		broken: syscall.ECONNRESET,
	},
	{
		name: "reset after", fault: sim.Fault{Effect: sim.EffectResetAfter},
		broken: syscall.ECONNRESET, accepted: 1,
	},
	{
		name: "truncate", fault: sim.Fault{Effect: sim.EffectTruncate},
		status: 200, body: "ok p", broken: io.ErrUnexpectedEOF, accepted: 1, recorded: 200,
	},
	{
		name: "garbage", fault: sim.Fault{Effect: sim.EffectGarbage},
		status: 200, body: "\x00\xff\xfe\x1b{[\xc3(\x00\x80", accepted: 1, recorded: 200,
	},
	{
		name: "content type", fault: sim.Fault{Effect: sim.EffectContentType, ContentType: "image/png"},
		status: 200, body: "ok post-1", accepted: 1, recorded: 200,
	},
	{
		name:   "reply",
		fault:  sim.Fault{Effect: sim.EffectReply, Status: 302, ContentType: "text/html", Location: "/there", Body: []byte("gone")},
		status: 302, body: "gone", recorded: 302,
	},
	{
		name: "reply by default", fault: sim.Fault{Effect: sim.EffectReply},
		status: 200, recorded: 200,
	},
}

func TestEffects(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		for _, test := range effectTests {
			t.Run(way+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				b := reach(t, sim.Config{Now: noon}, post{"post"})
				id := b.inject(t, test.fault)
				checkEffect(t, test, b, id)
				require.Equal(t, "ok post-2", b.send(t, "post", "1 hello").body, "the next request is answered properly")
			})
		}
	}
}

func checkEffect(t *testing.T, test effectTest, b bench, id int) {
	t.Helper()
	got := b.send(t, "post", "+8613800138000 Your code is 042137.")
	require.Equal(t, test.status, got.status)
	require.Equal(t, test.body, got.body)
	require.ErrorIs(t, got.err, test.broken)

	messages := b.server.Texts()
	require.Len(t, messages, test.accepted)
	exchanges := b.server.Exchanges()
	require.Len(t, exchanges, 1)
	require.Equal(t, test.recorded, exchanges[0].Status)
	require.Equal(t, id, exchanges[0].Fault)
	require.Len(t, exchanges[0].Accepted, test.accepted)
	require.Equal(t, "post", exchanges[0].Service)
}

func TestEffectHeaders(t *testing.T) {
	t.Parallel()
	eachWay(t, sim.Config{}, post{"post"}, func(t *testing.T, b bench) {
		t.Helper()
		b.inject(t, sim.Fault{Effect: sim.EffectContentType, ContentType: "image/png"})
		b.inject(t, sim.Fault{Effect: sim.EffectReply, Status: 307, Location: "http://elsewhere.invalid/"})

		got := b.send(t, "post", "1 hello")
		require.Equal(t, "image/png", got.header.Get("Content-Type"))
		require.Equal(t, "1", got.header.Get("X-Text"), "the service's own headers stay")
		require.Equal(t, "http://elsewhere.invalid/", b.send(t, "post", "1 hello").header.Get("Location"))
		b.inject(t, sim.Fault{Effect: sim.EffectReply})
		bare := b.send(t, "post", "1 hello").header
		require.NotContains(t, bare, "Location")
		require.NotEqual(t, []string{""}, bare["Content-Type"])
		b.inject(t, sim.Fault{Effect: sim.EffectReply, Body: make([]byte, 5000)})
		require.Equal(t, "5000", b.send(t, "post", "1 hello").header.Get("Content-Length"), "whatever the length")

		exchanges := b.server.Exchanges()
		require.Equal(t, http.Header{"Content-Type": {"image/png"}, "X-Text": {"1"}}, exchanges[0].ReplyHeader)
		require.Equal(t, http.Header{"Location": {"http://elsewhere.invalid/"}}, exchanges[1].ReplyHeader)
	})
}

func TestHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		for effect, accepted := range map[sim.Effect]int{sim.EffectHangBefore: 0, sim.EffectHangAfter: 1} {
			t.Run(fmt.Sprintf("%s/%v", way, effect), func(t *testing.T) {
				t.Parallel()
				b := reach(t, sim.Config{}, post{"post"})
				b.inject(t, sim.Fault{Effect: effect})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				done := b.begin(ctx, t)
				eventually(t, func() bool { return len(b.server.Exchanges()) == 1 })
				cancel()
				require.ErrorIs(t, (<-done).err, context.Canceled)
				require.Len(t, b.server.Texts(), accepted)
				require.Zero(t, b.server.Exchanges()[0].Status, "no answer was sent")
			})
		}
	}
}

// The request of a client that has gone does not hang on until Close.
func TestHangLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := sim.New(sim.Config{}, post{"post"})
		defer server.Close()
		ended := make(chan struct{})
		transport := sim.HandlerTransport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(ended)
			server.ServeHTTP(w, r)
		}))
		b := bench{server, &http.Client{Transport: transport}, server.URL()}
		b.inject(t, sim.Fault{Effect: sim.EffectHangBefore})
		ctx, cancel := context.WithCancel(t.Context())
		done := b.begin(ctx, t)
		synctest.Wait()
		cancel()
		require.ErrorIs(t, (<-done).err, context.Canceled)
		<-ended
	})
}

func TestCloseEndsHangs(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		for _, effect := range []sim.Effect{sim.EffectHangBefore, sim.EffectHangAfter} {
			t.Run(fmt.Sprintf("%s/%v", way, effect), func(t *testing.T) {
				t.Parallel()
				b := reach(t, sim.Config{}, post{"post"})
				b.inject(t, sim.Fault{Effect: effect})
				done := b.begin(t.Context(), t)
				eventually(t, func() bool { return len(b.server.Exchanges()) == 1 })
				b.server.Close()
				err := (<-done).err
				require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "the connection breaks: %v", err)
				require.Error(t, b.send(t, "post", "1 hello").err, "a closed server breaks every connection")
			})
		}
	}
}

// delayed answers its next request after an hour.
func delayed(t *testing.T) bench {
	t.Helper()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.inject(t, sim.Fault{Effect: sim.EffectDelay, Delay: time.Hour})
	return b
}

func TestCloseEndsDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := delayed(t)
		start := time.Now()
		done := b.begin(t.Context(), t)
		synctest.Wait()
		b.server.Close()
		require.NoError(t, (<-done).err)
		require.Zero(t, time.Since(start))
	})
}

// In a bubble of virtual time a delay takes no time, and exactly as long as
// asked for.
func TestDelayInVirtualTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := delayed(t)
		start := time.Now()
		require.Equal(t, "ok post-1", b.send(t, "post", "1 hello").body)
		require.Equal(t, time.Hour, time.Since(start))
		require.Equal(t, start, b.server.Texts()[0].At, "the clock of a request is that of its arrival")
	})
}

// A client that gives up ends the delay as well.
func TestDelayEndsWithTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := delayed(t)
		b.client.Timeout = time.Minute
		start := time.Now()
		require.ErrorIs(t, b.send(t, "post", "1 hello").err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(start))
		synctest.Wait()
		require.Len(t, b.server.Exchanges(), 1)
	})
}

// Also an empty answer is one that can break off.
func TestTruncateAnEmptyAnswer(t *testing.T) {
	t.Parallel()
	eachWay(t, sim.Config{}, taker{post: post{"post"}}, func(t *testing.T, b bench) {
		t.Helper()
		b.inject(t, sim.Fault{Effect: sim.EffectTruncate})
		got := b.send(t, "post", "")
		require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)
		require.Equal(t, http.StatusAccepted, got.status)
		require.Equal(t, "text/plain", got.header.Get("Content-Type"))
		require.NoError(t, b.send(t, "post", "").err)
	})
}
