package provider

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"slices"
)

// reportGate says who may push. The zero gate lets everybody through.
type reportGate struct {
	// secret is a hash, so that nobody can print the secret, and its length does not
	// show in the time that a comparison takes.
	secret    *[sha256.Size]byte
	addresses []netip.Prefix
}

// opens reports whether the path ends in the secret, if there is one.
func (g reportGate) opens(path string) bool {
	if g.secret == nil {
		return true
	}
	_, last := cutLast(path)
	hash := sha256.Sum256([]byte(last))
	return subtle.ConstantTimeCompare(hash[:], g.secret[:]) == 1
}

// allows reports whether the address of a connection, with its port, is one of those
// that may push.
func (g reportGate) allows(remote string) bool {
	if len(g.addresses) == 0 {
		return true
	}
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	address := from.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(g.addresses, func(allowed netip.Prefix) bool { return allowed.Contains(address) })
}
