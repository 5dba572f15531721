package guard_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
)

func TestClientOf(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"direct", "1.2.3.4:5", []string{"9.9.9.9"}, "1.2.3.4"},
		{"proxy", "10.0.0.1:5", []string{"9.9.9.9"}, "9.9.9.9"},
		{"client wrote some", "10.0.0.1:5", []string{"6.6.6.6, 9.9.9.9, 10.0.0.2"}, "9.9.9.9"},
		{"several headers", "10.0.0.1:5", []string{"6.6.6.6", "7.7.7.7, 9.9.9.9", "10.0.0.2"}, "9.9.9.9"},
		{"the client's header comes last of its own", "10.0.0.1:5", []string{"10.0.0.9", "9.9.9.9"}, "9.9.9.9"},
		{"proxy without header", "10.0.0.1:5", nil, ""},
		{"empty header", "10.0.0.1:5", []string{""}, ""},
		{"only proxies", "10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, ""},
		{"proxy with nonsense", "10.0.0.1:5", []string{"9.9.9.9, x"}, ""},
		{"nonsense farther away", "10.0.0.1:5", []string{"x, ', 9.9.9.9"}, "9.9.9.9"},
		{"no nonsense is passed over", "10.0.0.1:5", []string{"9.9.9.9, unknown, 10.0.0.2"}, ""},
		{"port", "10.0.0.1:5", []string{"9.9.9.9:4711"}, "9.9.9.9"},
		{"port of IPv6", "10.0.0.1:5", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		{"brackets", "10.0.0.1:5", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"mapped", "[::ffff:1.2.3.4]:5", nil, "1.2.3.4"},
		{"mapped proxy and client", "[::ffff:10.0.0.1]:5", []string{"::ffff:9.9.9.9"}, "9.9.9.9"},
		{"zone", "[fe80::1%eth0]:5", nil, "fe80::1"},
		{"zone in the header", "[fd00::1]:5", []string{"fe80::1%25eth0, fe80::2%eth1"}, "fe80::2"},
		{"IPv6 proxy", "[fd00::1%2]:5", []string{"2001:db8::2"}, "2001:db8::2"},
		{"100 hops", "10.0.0.1:5", []string{strings.Repeat("8.8.8.8, ", 99) + "9.9.9.9"}, "9.9.9.9"},
		{"100 trusted hops", "10.0.0.1:5", []string{"9.9.9.9" + strings.Repeat(", 10.1.1.1", 99)}, "9.9.9.9"},
		{"more hops than anybody has", "10.0.0.1:5", []string{"9.9.9.9" + strings.Repeat(", 10.1.1.1", 100_000)}, ""},
		{"white space", "10.0.0.1:5", []string{" \t9.9.9.9\t ,10.0.0.2 "}, "9.9.9.9"},
		{"octal", "10.0.0.1:5", []string{"9.9.9.010"}, ""},
		{"no remote", "", []string{"9.9.9.9"}, ""},
		{"remote is a socket", "@", []string{"9.9.9.9"}, ""},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		want := netip.Addr{}
		if c.want != "" {
			want = netip.MustParseAddr(c.want)
		}
		require.Equal(t, want, guard.ClientOf(r, trusted), c.name)
	}
}

// TestR2ANetworkIsCountedAsAWhole: a /64 of IPv6 is one address, however many of it are
// used, and so is an IPv4 address however it is written.
func TestR2ANetworkIsCountedAsAWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ same, other []string }{
		{[]string{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::1%eth0"}, []string{"2001:db8:1:3::1", "2001:db8:2::1"}},
		{[]string{"30.1.2.3", "::ffff:30.1.2.3"}, []string{"30.1.2.4", "30.1.3.3"}},
	} {
		w := newWorld(t, nil)
		ask := func(from string) guard.Decision {
			r := w.request()
			r.Client = netip.MustParseAddr(from)
			return w.ask(r)
		}
		for i := range 20 {
			require.Equal(t, guard.Allowed, ask(c.same[i%len(c.same)]).Verdict)
		}
		for _, from := range c.same {
			w.not(guard.Challenged, "R2", ask(from))
		}
		for _, from := range c.other {
			require.Equal(t, guard.Allowed, ask(from).Verdict, from)
		}
	}
}

func FuzzClientOf(f *testing.F) {
	f.Add("10.0.0.1:5", "9.9.9.9, [::1]:80, x")
	f.Add("[::1%zone]:5", ",,,")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		a := guard.ClientOf(&http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}, trusted)
		require.Empty(t, a.Zone())
		require.False(t, a.Is4In6())
		for _, p := range trusted {
			require.False(t, p.Contains(a), "a proxy is no client")
		}
	})
}
