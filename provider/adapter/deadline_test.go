package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// errOwn is a reason of the caller's.
var errOwn = errors.New("the shop closes")

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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
					require.Equal(t, tt.is[0] == other, errors.Is(err, other), "%v", other)
				}
				// What has ended before is told in the same words.
				if tt.ends != nil && ctx.Err() != nil {
					_, err = post(ctx, c)
					require.EqualError(t, err, "test: send: unavailable: "+tt.want)
				}
			})
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

// TestC4PlainHTTP has addresses at which credentials, numbers and codes would travel
// readable.
func TestC4PlainHTTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		baseURL string
		allowed bool
		good    bool
	}{
		{baseURL: "http://sms.example.com"},
		{baseURL: "http://10.0.0.1:8080"},
		{baseURL: "http://localhost.example.com"},
		{baseURL: "HTTP://sms.example.com"},
		{baseURL: "http://sms.example.com", allowed: true, good: true},
		{baseURL: "https://sms.example.com", good: true},
		{baseURL: "http://127.0.0.1:8080", good: true},
		{baseURL: "http://[::1]", good: true},
		{baseURL: "http://localhost", good: true},
	} {
		_, err := adapter.New(adapter.Config{Service: "test", NoTemplates: true, BaseURL: tt.baseURL, PlainHTTP: tt.allowed})
		if tt.good {
			require.NoError(t, err, tt.baseURL)
			continue
		}
		require.ErrorContains(t, err, "BaseURL: want https://", tt.baseURL)
		require.ErrorContains(t, err, "PlainHTTP", "the remedy")
	}
}
