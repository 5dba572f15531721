package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	// failedLogins is how many logins of one address may fail in failedFor.
	failedLogins = 10
	failedFor    = 5 * time.Minute
	// mostAddresses bounds the memory; all further ones count as one.
	mostAddresses = 10_000
)

// failures count the failed logins of each address.
type failures struct {
	mu      sync.Mutex
	all     map[netip.Addr]*failed
	cleared time.Time // when those that are over were last removed
}

type failed struct {
	since time.Time
	count int
}

// retryAfter returns how long an address has to wait, 0 when it need not.
func (f *failures) retryAfter(from netip.Addr, now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.all[f.key(from)]
	if one == nil || one.count < failedLogins {
		return 0
	}
	return max(one.since.Add(failedFor).Sub(now), 0)
}

// add counts a failed login.
func (f *failures) add(from netip.Addr, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[netip.Addr]*failed{}
	}
	if len(f.all) >= mostAddresses && now.Sub(f.cleared) >= failedFor/10 {
		f.cleared = now
		for key, one := range f.all {
			if now.Sub(one.since) >= failedFor {
				delete(f.all, key)
			}
		}
	}
	key := f.key(from)
	one := f.all[key]
	if one == nil || now.Sub(one.since) >= failedFor {
		one = &failed{since: now}
		f.all[key] = one
	}
	one.count++
}

// key is what an address is counted by: the network of a subscriber for IPv6.
func (f *failures) key(from netip.Addr) netip.Addr {
	from = from.Unmap()
	if from.Is6() {
		network, _ := from.Prefix(64)
		from = network.Addr()
	}
	if _, ok := f.all[from]; !ok && len(f.all) >= mostAddresses {
		return netip.Addr{}
	}
	return from
}

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
