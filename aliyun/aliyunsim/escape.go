package aliyunsim

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// escaper writes a text for a URL.
type escaper func(text string) string

// escape is that of RFC 3986: letters, digits and -_.~ stay, and a space is %20.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// canonical writes fields as both signatures want them: sorted, escaped, and with = where
// the value is blank.
func canonical(fields url.Values, escape escaper) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, value := range slices.Sorted(slices.Values(fields[name])) {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// merged are the fields of both.
func merged(a, b url.Values) url.Values {
	all := url.Values{}
	for _, fields := range []url.Values{a, b} {
		for name, values := range fields {
			all[name] = append(all[name], values...)
		}
	}
	return all
}

// without are the fields but those of one name.
func without(fields url.Values, name string) url.Values {
	rest := maps.Clone(fields)
	delete(rest, name)
	return rest
}
