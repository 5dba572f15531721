package provider

import (
	"fmt"
	"slices"
	"strconv"
)

// Kind says what went wrong, in one of a closed list of ways. A composer
// decides by it what to do next; the comments say what it usually means there.
//
// A Kind is itself the error to compare with: errors.Is(err, KindBalance) holds
// for an [Error] of that kind, however deep it is wrapped.
type Kind int

const (
	// KindUnknown is a refusal whose code is in no table of the service.
	KindUnknown Kind = iota
	// KindRecipient: the phone number is malformed or missing. No other provider
	// will do better.
	KindRecipient
	// KindContent: the text was refused (blocked words, links, length). The same
	// text will be refused elsewhere too.
	KindContent
	// KindTemplate: the template is not mapped, not approved, or does not fit the
	// parameters. Another provider has its own.
	KindTemplate
	// KindSignature: the signature is missing, not approved, or not filed with the
	// carriers. Services report it at the call, or accept the text and report it
	// only later, carrier by carrier, as the Kind of a [Status]. Another provider
	// has its own.
	KindSignature
	// KindAuth: the credentials were refused, or the account is closed.
	KindAuth
	// KindBalance: the account has no money or no messages left.
	KindBalance
	// KindThrottled: a limit was reached. Scope says whether the phone number's
	// or the account's.
	KindThrottled
	// KindBlocked: the number is on the service's blacklist or unsubscribed.
	KindBlocked
	// KindUnavailable: the service did not answer as it promises (network fault,
	// time-out, broken reply, its own internal error).
	KindUnavailable
	// KindUnsupported: this provider does not do this (country, feature).
	KindUnsupported
	// KindCodeMismatch: the code that was checked is wrong.
	KindCodeMismatch
	// KindCodeExpired: there is no code left to check: too late, used, or too
	// many tries.
	KindCodeExpired
	// KindConfig: the service works but is not set up for this caller (address
	// not allowed, product switched off), or the request itself is at fault.
	KindConfig
)

var kindNames = [...]string{
	KindUnknown:      "unknown",
	KindRecipient:    "recipient",
	KindContent:      "content",
	KindTemplate:     "template",
	KindSignature:    "signature",
	KindAuth:         "auth",
	KindBalance:      "balance",
	KindThrottled:    "throttled",
	KindBlocked:      "blocked",
	KindUnavailable:  "unavailable",
	KindUnsupported:  "unsupported",
	KindCodeMismatch: "code mismatch",
	KindCodeExpired:  "code expired",
	KindConfig:       "config",
}

// Kinds lists every kind, for tables and tests.
func Kinds() []Kind {
	kinds := make([]Kind, len(kindNames))
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// String returns the kind's name, such as "balance".
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

// Error returns the kind's name, like String. It makes a Kind a target for
// errors.Is.
func (k Kind) Error() string { return k.String() }

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) {
	if k < 0 || int(k) >= len(kindNames) {
		return nil, fmt.Errorf("kind: no such kind: %d", int(k))
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("kind: no such kind: %q", text)
	}
	*k = Kind(i)
	return nil
}

// Scope tells whose limit a throttled message ran into.
type Scope int

const (
	// ScopeNone: the failure is no limit, or the service does not say whose.
	ScopeNone Scope = iota
	// ScopePhone: the limit of this phone number. It is no fact about the
	// provider's health.
	ScopePhone
	// ScopeAccount: the limit of the account, application or channel.
	ScopeAccount
)

// String returns "none", "phone" or "account".
func (s Scope) String() string {
	switch s {
	case ScopeNone:
		return "none"
	case ScopePhone:
		return "phone"
	case ScopeAccount:
		return "account"
	}
	return "Scope(" + strconv.Itoa(int(s)) + ")"
}
