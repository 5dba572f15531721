package provider

import (
	"fmt"
	"slices"
)

// Kind says what went wrong. The list is closed: a program can branch on it. A
// composer decides by the kind what to do next.
//
// A Kind is an error to compare with: errors.Is(err, KindBalance) is true for an
// [Error] of that kind, however deep it is wrapped. As JSON and other text a Kind
// is its name.
type Kind int

const (
	// KindUnknown: the service refused with a code that the adapter does not know.
	KindUnknown Kind = iota
	// KindRecipient: the phone number is missing, or the provider takes it for malformed.
	// Tables of number ranges differ, so another provider may take it.
	KindRecipient
	// KindContent: the provider refused the text (blocked words, links, length, the
	// hour). Another provider has other limits.
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
	// KindThrottled: a limit was reached. [Error.Scope] says whether it is the
	// phone number's or the account's.
	KindThrottled
	// KindBlocked: the number is on the service's blacklist or unsubscribed.
	KindBlocked
	// KindUnavailable: the service did not answer as it promises (network fault,
	// time-out, broken reply, its own internal error).
	KindUnavailable
	// KindUnsupported: the provider cannot do this (country, feature).
	KindUnsupported
	// KindCodeMismatch: the code that was checked is wrong.
	KindCodeMismatch
	// KindCodeExpired: the code can no longer be checked: it is too old, was used, or
	// was tried too often.
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
func (k Kind) String() string { return enumName(k, "Kind", kindNames[:]) }

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
