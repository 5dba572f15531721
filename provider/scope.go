package provider

import (
	"fmt"
	"slices"
)

// Scope says whose limit a throttled message reached. As JSON and other text a Scope is
// its name.
type Scope int

const (
	// ScopeNone: no limit was reached, or the service does not say whose it was.
	ScopeNone Scope = iota
	// ScopePhone: the limit of this phone number. It says nothing about the
	// provider's health.
	ScopePhone
	// ScopeAccount: the limit of the account, application or channel.
	ScopeAccount
)

var scopeNames = [...]string{ScopeNone: "none", ScopePhone: "phone", ScopeAccount: "account"}

// String returns "none", "phone" or "account".
func (s Scope) String() string { return enumName(s, "Scope", scopeNames[:]) }

// MarshalText writes the scope's name.
func (s Scope) MarshalText() ([]byte, error) {
	if s < 0 || int(s) >= len(scopeNames) {
		return nil, fmt.Errorf("scope: no such scope: %d", int(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Scope) UnmarshalText(text []byte) error {
	i := slices.Index(scopeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("scope: no such scope: %q", text)
	}
	*s = Scope(i)
	return nil
}
