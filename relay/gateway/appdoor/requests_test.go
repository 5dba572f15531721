package appdoor_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestOtherRequestsOfTheApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *setup) { s.TextsPerMinute = -1 })
	phone := w.register()
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/webhooks", http.StatusOK, `[]`},
		{http.MethodGet, "/settings", http.StatusOK, `{"messages":{"limit_period":"Disabled"},"ping":{"interval_seconds":30},"gateway":{"notification_channel":"SSE_ONLY"}}`},
		{http.MethodGet, "/device", http.StatusOK, `{"externalIp":"192.0.2.1"}`},
		{http.MethodGet, "/user/code", http.StatusForbidden, `{"message":"only the operator of this gateway makes codes","code":"forbidden"}`},
		{http.MethodPatch, "/user/password", http.StatusForbidden, `{"message":"phones have no password at this gateway","code":"forbidden"}`},
		{http.MethodDelete, "/device", http.StatusMethodNotAllowed, `{"message":"this path allows GET, PATCH, POST","code":"method_not_allowed"}`},
	} {
		require.Equal(t, tt.body, w.status(tt.status, phone.as(tt.method, tt.path, "")).Body.String())
	}
	for _, path := range []string{"/webhooks", "/settings", "/message", "/messages"} {
		w.status(http.StatusUnauthorized, w.call(http.MethodGet, path, "Bearer "+privateToken, ""))
	}
	w.status(http.StatusOK, w.call(http.MethodGet, "/device", "", ""))
	for _, path := range []string{"", "/", "/device/", "/inbox", "/../v1/pull"} {
		require.Contains(t, w.status(http.StatusNotFound, phone.as(http.MethodGet, path, "")).Body.String(), "without a slash")
	}
	require.Equal(t, int64(2), w.Refusals()[gateway.Refusal{Code: "forbidden"}]+w.Refusals()[gateway.Refusal{Code: "forbidden", Role: gateway.RolePhone, Name: phone.id}])
}

func TestATokenThatIsNoPhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *setup) {
		s.Tokens = append(s.Tokens, gateway.Token{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token")})
	})
	for _, path := range []string{"/message", "/events", "/settings"} {
		w.status(http.StatusForbidden, w.call(http.MethodGet, path, "Bearer shop-token", ""))
	}
	w.status(http.StatusForbidden, w.call(http.MethodPatch, "/device", "Bearer shop-token", "{}"))
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	for body, want := range map[string]struct {
		status int
		code   relayapi.ErrorCode
	}{
		"":                         {http.StatusBadRequest, relayapi.CodeBadJSON},
		"{":                        {http.StatusBadRequest, relayapi.CodeBadJSON},
		"{}":                       {http.StatusBadRequest, relayapi.CodeBadJSON},
		"[] []":                    {http.StatusBadRequest, relayapi.CodeBadJSON},
		`[{"id":7}]`:               {http.StatusBadRequest, relayapi.CodeInvalidField},
		strings.Repeat(" ", 70000): {http.StatusRequestEntityTooLarge, relayapi.CodeBodyTooLarge},
	} {
		r := w.status(want.status, phone.as(http.MethodPatch, "/message", body))
		require.Contains(t, r.Body.String(), `"code":"`+string(want.code)+`"`)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, appdoor.Prefix+"/message", bytes.NewReader([]byte{0x1f, 0x8b}))
	r.Header.Set("Authorization", "Bearer "+phone.token)
	r.Header.Set("Content-Encoding", "gzip")
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, r)
	require.Equal(t, http.StatusUnsupportedMediaType, recorder.Code)
	r = httptest.NewRequestWithContext(t.Context(), http.MethodPatch, appdoor.Prefix+"/message", io.MultiReader(strings.NewReader("["), brokenReader{}))
	r.Header.Set("Authorization", "Bearer "+phone.token)
	recorder = httptest.NewRecorder()
	w.door.ServeHTTP(recorder, r)
	require.Equal(t, http.StatusBadRequest, recorder.Code)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestOptionsAreCheckedByName(t *testing.T) {
	t.Parallel()
	relay, err := gateway.New(gateway.Config{Queue: memqueue.New(), Principals: memqueue.NewPrincipals()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, relay.Close()) })
	for field, o := range map[string]appdoor.Options{
		"PrivateToken":  {PrivateToken: "the token itself"},
		"PrivateToken:": {PrivateToken: gateway.HashToken("")},
		"Lanes[1]":      {Lanes: []string{"text", "TEXT"}},
		"Lanes:":        {Lanes: strings.Fields(strings.Repeat("a ", 17))},
		"PingInterval":  {PingInterval: time.Second},
		"PingInterval:": {PingInterval: 90*time.Second + time.Millisecond},
	} {
		_, err := appdoor.New(relay, o)
		require.ErrorContains(t, err, "appdoor: "+field)
		require.NotContains(t, err.Error(), "the token itself")
	}
	_, err = appdoor.New(relay, appdoor.Options{PrivateToken: "x", PingInterval: time.Hour})
	require.ErrorContains(t, err, "PrivateToken")
	require.ErrorContains(t, err, "PingInterval")
}

// panickyQueue panics when it is asked for a job.
type panickyQueue struct {
	gateway.Queue
	value any
}

func (q panickyQueue) Offer(context.Context, gateway.Pull) (gateway.Offered, error) {
	if q.value == nil {
		var none []int
		return gateway.Offered{Cooled: []string{fmt.Sprint(none[len(none)])}}, nil
	}
	panic(q.value)
}

func TestAPanicEndsItsOwnRequestAlone(t *testing.T) {
	t.Parallel()
	for _, value := range []any{nil, "13800138000 824913"} {
		relay, err := gateway.New(gateway.Config{Queue: panickyQueue{memqueue.New(), value}, Principals: memqueue.NewPrincipals()})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, relay.Close()) })
		door, err := appdoor.New(relay, appdoor.Options{PrivateToken: gateway.HashToken(privateToken)})
		require.NoError(t, err)
		w := &world{T: t, Gateway: relay, door: door}
		phone := w.register()
		require.Empty(t, phone.messages())
		w.status(http.StatusOK, phone.as(http.MethodGet, "/webhooks", ""))
	}
}
