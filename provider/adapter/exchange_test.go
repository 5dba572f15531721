package adapter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestDo(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "reply")
	})
	reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base + "/prefix/"}))
	require.NoError(t, err, "a status is the adapter's business")
	require.Equal(t, http.StatusTeapot, reply.Status)
	require.Equal(t, "reply", string(reply.Body))
	require.Equal(t, "POST /prefix/send?sig=SIGNATURE text/plain hello", reply.Header.Get("X-Seen"))
}

func TestDoWithoutBody(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+strings.Join(r.TransferEncoding, ""))
	})
	c := newClient(t, adapter.Config{BaseURL: base})
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		reply, err := c.NewCall(provider.OpStatus).Do(t.Context(), adapter.Request{Method: method})
		require.NoError(t, err)
		require.Equal(t, method, string(reply.Body), "and nothing says that there were a body")
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.Host+" "+r.URL.String()+" "+r.Header.Get("X-Of-The-Sdk")+" "+string(body))
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ended, http.MethodPost, base+"/x?y=1", strings.NewReader("hello"))
	require.NoError(t, err)
	r.Host = "sms.example.com"
	r.Header.Set("X-Of-The-Sdk", "1")
	c := newClient(t, adapter.Config{})
	reply, err := c.NewCall(provider.OpSend).Forward(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "POST sms.example.com /x?y=1 1 hello", string(reply.Body))

	r.Body = io.NopCloser(reader(func() (int, error) { return 0, io.ErrUnexpectedEOF }))
	_, err = c.NewCall(provider.OpSend).Forward(t.Context(), r)
	require.ErrorIs(t, err, provider.KindConfig)
	require.False(t, provider.MayHaveSent(err))

	_, err = c.NewCall(provider.OpSend).Forward(t.Context(), &http.Request{})
	require.ErrorIs(t, err, provider.KindConfig)
	require.ErrorContains(t, err, "the request has no URL")
}

func TestForwardHasNoGetBody(t *testing.T) {
	t.Parallel()
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		require.Nil(t, r.GetBody)
		require.NotNil(t, r.Body)
		return &http.Response{StatusCode: http.StatusOK}, nil
	}))
	for _, body := range []io.Reader{strings.NewReader("hello"), nil} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.invalid", body)
		require.NoError(t, err)
		_, err = c.NewCall(provider.OpSend).Forward(t.Context(), r)
		require.NoError(t, err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var followed atomic.Int32
			target := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
			base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
			for _, client := range []*http.Client{nil, {}, {Transport: ownClient(t).Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}} {
				_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
				failure := requireFailure(t, err)
				require.True(t, failure.MayHaveSent)
				require.Equal(t, status, failure.HTTPStatus)
				require.Zero(t, followed.Load())
			}
		})
	}
}

func TestStatusesBesideRedirects(t *testing.T) {
	t.Parallel()
	for status, refused := range map[int]bool{101: true, 199: true, 200: false, 299: false, 300: true, 399: true, 400: false, 599: false} {
		_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: status, Body: http.NoBody}}))
		require.Equal(t, refused, err != nil, status)
	}
}

func TestOddTransports(t *testing.T) {
	t.Parallel()
	do := func(response *http.Response) (adapter.Reply, error) {
		return post(t.Context(), clientOver(t, odd{response}))
	}
	reply, err := do(&http.Response{StatusCode: http.StatusOK, ContentLength: 7})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, reply.Status)
	require.Empty(t, reply.Body, "a response without a body")

	_, err = do(nil)
	require.ErrorContains(t, err, "neither a response nor an error")
	requireFailure(t, err)

	for _, length := range []int64{-1, -7, 0, 1, 5, 1 << 20} {
		reply, err := do(&http.Response{StatusCode: http.StatusOK, ContentLength: length, Body: io.NopCloser(strings.NewReader("reply"))})
		require.NoError(t, err)
		require.Equal(t, "reply", string(reply.Body), "what is there counts, not what was announced: %d", length)
	}
}

func TestBodyThatPanicsReachesTheUser(t *testing.T) {
	t.Parallel()
	c := clientOver(t, odd{&http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(reader(func() (int, error) { panic("a bug of the user's") }))}})
	require.PanicsWithValue(t, "a bug of the user's", func() { _, _ = post(t.Context(), c) })
	c = clientOver(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("a bug of the user's") }))
	require.PanicsWithValue(t, "a bug of the user's", func() { _, _ = post(t.Context(), c) })
}

// TestManyAtOnce uses one Client from many goroutines, over few connections.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	for _, client := range []*http.Client{nil, ownClient(t)} {
		c := newClient(t, adapter.Config{BaseURL: base, HTTPClient: client})
		failures := make(chan error, 16)
		for range cap(failures) {
			go func() {
				var err error
				for range 10 {
					var reply adapter.Reply
					reply, err = post(t.Context(), c)
					if err == nil && string(reply.Body) != "hello" {
						err = errors.New("another's reply")
					}
				}
				failures <- err
			}()
		}
		for range cap(failures) {
			require.NoError(t, <-failures)
		}
	}
}
