package guard

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hopsRead is how many addresses of a header are read, from its end.
const hopsRead = 200

// ClientOf returns the address of the client that sent r. The header X-Forwarded-For
// is believed only as far as it was written by a trusted proxy: it is read from its
// end, and the first address that is no trusted proxy is the client's, with a port or
// without. The zero Addr means that the address is not known, for which the guard has its
// strictest bucket: a proxy that wrote no header or something else than addresses, or
// more than 200 proxies.
func ClientOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	isTrusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := plain(from.Addr())
	if !isTrusted(client) {
		return client
	}
	headers := r.Header.Values("X-Forwarded-For")
	read := 0
	for i := len(headers) - 1; i >= 0; i-- {
		for rest, more := headers[i], true; more; {
			if read++; read > hopsRead {
				return netip.Addr{}
			}
			hop := rest
			at := strings.LastIndexByte(rest, ',')
			if more = at >= 0; more {
				rest, hop = rest[:at], rest[at+1:]
			}
			a, known := parseHop(strings.TrimSpace(hop))
			if !known || !isTrusted(a) {
				return a
			}
		}
	}
	return netip.Addr{}
}

// parseHop reads an address as proxies write it.
func parseHop(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return plain(both.Addr()), true
	}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		text = text[1 : len(text)-1]
	}
	a, err := netip.ParseAddr(text)
	return plain(a), err == nil
}

// plain takes the zone and the mapping of IPv4 into IPv6 from an address.
func plain(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }
