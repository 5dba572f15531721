package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const (
	// failedLogins is how many logins of one address may fail in failedFor.
	failedLogins = 10
	failedFor    = 5 * time.Minute
)

// client returns the address that a request comes from: what the trusted proxies say, as far
// as they are trusted.
func (o Options) client(r *http.Request) netip.Addr {
	from := addressOf(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && o.trusts(from); i-- {
		hop := addressOf(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		from = hop
	}
	return from
}

// encrypted reports whether the browser speaks TLS, to this program or to a trusted proxy.
func (o Options) encrypted(r *http.Request) bool {
	return r.TLS != nil || o.trusts(addressOf(r.RemoteAddr)) && r.Header.Get("X-Forwarded-Proto") == "https"
}

func (o Options) trusts(address netip.Addr) bool {
	for _, prefix := range o.TrustedProxies {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

func addressOf(text string) netip.Addr {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}
