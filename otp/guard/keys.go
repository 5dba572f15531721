package guard

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"net/netip"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// digest is a keyed digest of a value of one kind, 96 bits of it in hex.
func (g *Guard) digest(kind, value string) string {
	mac := g.macs.Get().(hash.Hash)
	defer g.macs.Put(mac)
	mac.Reset()
	mac.Write([]byte("guard/" + kind + "\x00" + value))
	var room [sha256.Size]byte
	return hex.EncodeToString(mac.Sum(room[:0])[:12])
}

func network(a netip.Addr, v4, v6 int) string {
	a = a.Unmap().WithZone("")
	bits := v6
	if a.Is4() {
		bits = v4
	}
	prefix, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// segment is a number without its last four digits, which is how ranges are given out.
func segment(p provider.Phone) string { n := p.E164(); return n[:max(0, len(n)-4)] }

// carrier guesses at the carrier: numbers that begin alike were given to one.
func carrier(p provider.Phone) string {
	if !p.IsMainland() {
		return "+" + p.CountryCode()
	}
	return p.National()[:3]
}

// ClientOf returns the address of the client that sent r. The header X-Forwarded-For
// is believed only as far as it was written by a trusted proxy: it is read from its
// end, and the first address that is no trusted proxy is the client's. The zero Addr
// means that the address is not known, for which the guard has its strictest bucket.
func ClientOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	isTrusted := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := from.Addr().Unmap().WithZone("")
	if !isTrusted(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return netip.Addr{}
		}
		if a = a.Unmap().WithZone(""); !isTrusted(a) {
			return a
		}
	}
	return netip.Addr{}
}
