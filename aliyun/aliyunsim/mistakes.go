package aliyunsim

import (
	"bytes"
	"net/url"
	"strings"
)

// mistake is one that clients are known to make on the way to a signature.
type mistake[S any] struct {
	name  string // as a verdict says it; empty for none
	apply func(S) S
}

// signer is what a signature is made of.
type signer interface{ signature(key string) string }

// keyMistake is one in what is taken for the key.
type keyMistake struct{ name, key string }

// explain tries the mistakes that clients are known to make: one of the key, one of the
// rest, and one of each at a time. It returns the names of those that fit.
func explain[S signer](s S, signature string, keys []keyMistake, mistakes []mistake[S]) string {
	for _, k := range keys {
		for _, m := range mistakes {
			if m.apply(s).signature(k.key) == signature {
				return strings.Trim(k.name+"; "+m.name, "; ")
			}
		}
	}
	return ""
}

// tested lists mistakes.
func tested[S any](keys []keyMistake, mistakes []mistake[S]) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	for _, m := range mistakes {
		name, _, _ := strings.Cut(m.name, ";")
		names = append(names, name)
	}
	return strings.Trim(strings.ReplaceAll(strings.Join(names, "; "), "; ; ", "; "), "; ")
}

// escapeMistake is a way to escape that is not that of RFC 3986.
type escapeMistake struct {
	name   string
	escape escaper
}

var escapeMistakes = []escapeMistake{
	{"escaped with + for a space; want %20", url.QueryEscape},
	{"escaped with * as it is; want %2A", replacing("%2A", "*")},
	{"escaped with %7E for ~; want ~ as it is", replacing("~", "%7E")},
	{"escaped as Java's URLEncoder does it; want %20 for a space, %2A for *, and ~ as it is", func(text string) string {
		return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(text))
	}},
	{"escaped as JavaScript's encodeURIComponent does it; want ! ' ( ) * escaped", replacing("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")},
	{"escaped with hexadecimal digits in lower case; want %E7 and not %e7", lowerHex},
	{"not escaped; want fields as RFC 3986 escapes them", func(text string) string { return text }},
}

// replacing is escape with some of its output replaced.
func replacing(pairs ...string) escaper {
	replacer := strings.NewReplacer(pairs...)
	return func(text string) string { return replacer.Replace(escape(text)) }
}

// lowerHex is escape with the digits behind each % in lower case.
func lowerHex(text string) string {
	escaped := []byte(escape(text))
	for i, b := range escaped {
		if b == '%' {
			copy(escaped[i:], bytes.ToLower(escaped[i:i+3]))
		}
	}
	return string(escaped)
}

// masked are fields without the token of a temporary key, to be shown.
func masked(fields url.Values) url.Values {
	if !fields.Has(tokenField) {
		return fields
	}
	shown := without(fields, tokenField)
	shown.Set(tokenField, hiddenToken)
	return shown
}

const hiddenToken = "(the token)"

// sameKey is what no test can tell.
const sameKey = "Not tested: whether the AccessKeySecret is the same, and any other way to sign."
