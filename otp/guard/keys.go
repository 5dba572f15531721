package guard

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/netip"

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
