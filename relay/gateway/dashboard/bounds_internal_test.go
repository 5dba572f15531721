package dashboard

import (
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSessions(Options{}.withDefaults())
	first, err := s.begin("token", noon)
	require.NoError(t, err)
	second, err := s.begin("token", noon.Add(time.Second))
	require.NoError(t, err)
	for i := range mostSessions {
		_, err := s.begin("token", noon.Add(time.Minute+time.Duration(i)))
		require.NoError(t, err)
		_, ok := s.find(second, noon.Add(2*time.Minute))
		require.True(t, ok, "one that is in use stays")
	}
	require.Len(t, s.all, mostSessions)
	_, ok := s.find(first, noon.Add(2*time.Minute))
	require.False(t, ok, "the one that was idle for longest has made room")
}

func TestClient(t *testing.T) {
	t.Parallel()
	o := Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	tests := []struct{ name, remote, forwarded, want string }{
		{"no proxy", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"a proxy", "10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"two proxies, and one that the client made up", "10.0.0.1:1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"a proxy that says nothing", "10.0.0.1:1", "", "10.0.0.1"},
		{"nonsense", "10.0.0.1:1", "x", "10.0.0.1"},
	}
	for _, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = test.remote
		r.Header.Set("X-Forwarded-For", test.forwarded)
		require.Equal(t, netip.MustParseAddr(test.want), o.client(r), test.name)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	var s streams
	for range mostStreams {
		_, err := s.begin()
		require.NoError(t, err)
	}
	_, err := s.begin()
	require.ErrorIs(t, err, errTooManyStreams)
}

func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	c := changed{jobs: map[string]struct{}{}}
	for i := range mostChanged + 1 {
		c.hear(gateway.Change{Job: strconv.Itoa(i)})
	}
	require.Empty(t, c.jobs)
	_, _, all := c.some(readAtOnce)
	require.True(t, all, "the day is read again")
}
