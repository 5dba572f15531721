package provider

// Scope says whose limit a throttled message reached.
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
