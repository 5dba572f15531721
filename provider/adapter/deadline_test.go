package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// errOwn is a reason of the caller's.
var errOwn = errors.New("the shop closes")

// waiting is a transport that answers only by the end of the context, and with
// an error of its own, as some SDKs do.
func waiting(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return nil, errors.New("my own error")
}

// TestC5WhoseLimit ends a send in every way there is.
func TestC5WhoseLimit(t *testing.T) {
	t.Parallel()
	type ends func(ctx context.Context) (context.Context, context.CancelFunc)
	within := func(d time.Duration) ends {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	because := func(d time.Duration, cause error) ends {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(ctx, d, cause)
		}
	}
	cancelled := func(cause error) ends {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(cause) })
			return ctx, func() { cancel(nil) }
		}
	}
	tests := []struct {
		name    string
		timeout time.Duration
		client  time.Duration
		ends    ends
		want    string
		is      []error
	}{
		{name: "the default", want: "Config.Timeout (10s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "Config.Timeout", timeout: 3 * time.Second, want: "Config.Timeout (3s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "Config.Timeout before the client's", timeout: 3 * time.Second, client: 4 * time.Second, want: "Config.Timeout (3s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "HTTPClient.Timeout", client: 2 * time.Second, want: "HTTPClient.Timeout (2s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "the caller's deadline", ends: within(time.Second), want: "the caller's deadline is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "Config.Timeout before the caller's deadline", timeout: time.Second, ends: within(time.Minute), want: "Config.Timeout (1s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded}},
		{name: "the caller cancels", ends: cancelled(nil), want: "the caller's context: context canceled", is: []error{context.Canceled}},
		{name: "the caller cancels with a cause", ends: cancelled(errOwn), want: "the shop closes: context canceled", is: []error{context.Canceled, errOwn}},
		{
			name: "a limit set above", ends: because(time.Second, errOwn),
			want: "the shop closes: context deadline exceeded", is: []error{context.DeadlineExceeded, errOwn},
		},
		{
			name: "a limit set above that says what it is", want: "Member.Timeout (1s): context deadline exceeded",
			ends: because(time.Second, fmt.Errorf("Member.Timeout (1s): %w", context.DeadlineExceeded)), is: []error{context.DeadlineExceeded},
		},
		{
			name: "Config.Timeout before a limit set above", timeout: time.Second, ends: because(time.Minute, errOwn),
			want: "Config.Timeout (1s) is over: context deadline exceeded", is: []error{context.DeadlineExceeded},
		},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			ctx := t.Context()
			if tt.ends != nil {
				var cancel context.CancelFunc
				ctx, cancel = tt.ends(ctx)
				defer cancel()
			}
			c := newClient(t, adapter.Config{
				Timeout: tt.timeout, HTTPClient: &http.Client{Timeout: tt.client, Transport: roundTrip(waiting)},
			})
			_, err := post(ctx, c)
			require.EqualError(t, err, "test: send: unavailable: "+tt.want+" (may have been sent)")
			for _, is := range tt.is {
				require.ErrorIs(t, err, is)
			}
			for _, other := range []error{context.DeadlineExceeded, context.Canceled} {
				require.Equal(t, errors.Is(tt.is[0], other), errors.Is(err, other), "%v", other)
			}
			// What has ended before is told in the same words.
			if tt.ends != nil && ctx.Err() != nil {
				_, err = post(ctx, c)
				require.EqualError(t, err, "test: send: unavailable: "+tt.want)
			}
		})
	}
}

// TestC5OverTheKitsTransport has net/http make what it wants of the end of a context.
func TestC5OverTheKitsTransport(t *testing.T) {
	t.Parallel()
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, Timeout: 50 * time.Millisecond}))
	require.ErrorContains(t, err, "Config.Timeout (50ms) is over: context deadline exceeded")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errOwn)
	defer cancel()
	_, err = post(ctx, newClient(t, adapter.Config{BaseURL: base}))
	require.ErrorContains(t, err, "the shop closes: context deadline exceeded")
	require.ErrorIs(t, err, errOwn)
	require.NotErrorIs(t, err, context.Canceled)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		cfg          adapter.Config
		caller, want time.Duration
	}{
		{name: "the default", want: adapter.DefaultTimeout},
		{name: "the adapter's", cfg: adapter.Config{Timeout: 3 * time.Second}, want: 3 * time.Second},
		{name: "the client's, when shorter", cfg: adapter.Config{Timeout: 3 * time.Second, HTTPClient: &http.Client{Timeout: time.Second}}, want: time.Second},
		{name: "the adapter's, when shorter", cfg: adapter.Config{Timeout: time.Second, HTTPClient: &http.Client{Timeout: time.Minute}}, want: time.Second},
		{name: "the caller's", caller: 5 * time.Millisecond, want: 5 * time.Millisecond},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			client := &http.Client{}
			if tt.cfg.HTTPClient != nil {
				*client = *tt.cfg.HTTPClient
			}
			client.Transport = roundTrip(waiting)
			tt.cfg.HTTPClient = client
			ctx := t.Context()
			if tt.caller > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.caller)
				defer cancel()
			}
			started := time.Now()
			_, err := post(ctx, newClient(t, tt.cfg))
			require.Equal(t, tt.want, time.Since(started))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

// The end of the context shows in the error, and once, whatever the transport
// makes of it.
func TestEndOfTheContextShows(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{context.Canceled, io.ErrClosedPipe} {
		ctx, cancel := context.WithCancel(t.Context())
		body := io.NopCloser(reader(func() (int, error) {
			cancel()
			return 0, cause
		}))
		_, err := post(ctx, clientOver(t, odd{&http.Response{StatusCode: http.StatusAccepted, Body: body}}))
		require.ErrorIs(t, err, context.Canceled)
		require.EqualError(t, err, "test: send: unavailable: the caller's context: context canceled (HTTP 202) (may have been sent)")
	}
}

func TestEndedContextMakesNoRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := post(ctx, clientOver(t, failing{io.EOF}))
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, requireFailure(t, err).MayHaveSent)
	require.NotErrorIs(t, err, io.EOF)
}

func TestCancelInFlight(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]*http.Client{"kit's transport": nil, "own client": ownClient(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{})
			base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(arrived)
				<-r.Context().Done()
			})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-arrived
				cancel()
			}()
			_, err := post(ctx, newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
			require.ErrorIs(t, err, context.Canceled)
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}
