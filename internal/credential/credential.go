// Package credential checks keys and tokens for what comes along when they are copied.
package credential

import "strings"

// Problem says what is wrong with a credential that is not clean.
const Problem = "has a space, a line end or another character that no credential has"

// IsClean reports whether text is made of visible ASCII characters alone, as every
// credential that a service has given out. A line end from a file, a space or an
// invisible mark from a web page would only make the signature wrong.
func IsClean(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
