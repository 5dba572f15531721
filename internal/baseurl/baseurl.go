// Package baseurl checks the address of a service: the field BaseURL that every
// adapter and every client of the relay has.
package baseurl

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Parse reads an address such as https://sms.example.com/path and takes a slash
// off its end. Over http:// credentials, numbers and codes travel readable, so that
// is refused unless the host is this machine or plainHTTP says that it is wanted.
// The error names the field BaseURL.
func Parse(text string, plainHTTP bool) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("BaseURL: must not be empty")
	case err != nil:
		return nil, errors.New("BaseURL: not a URL")
	case base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("BaseURL: want https:// (or http:// for a server on this machine)")
	case base.Host == "":
		return nil, errors.New("BaseURL: no host")
	case strings.ContainsFunc(base.Host, func(r rune) bool { return r > '~' }):
		return nil, errors.New("BaseURL: want the host in ASCII, as it stands on the wire (xn--…)")
	case base.RawQuery != "" || base.Fragment != "" || base.User != nil:
		return nil, errors.New("BaseURL: must not have a user, a query or a fragment")
	case base.Scheme == "http" && !plainHTTP && !isLoopback(base.Hostname()):
		return nil, errors.New("BaseURL: want https://: over http:// credentials, numbers and codes travel readable (PlainHTTP allows it)")
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	base.RawPath = ""
	return base, nil
}

// isLoopback reports whether a host is certainly this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// ParseWithout is Parse for a service whose every path begins with root, such as "/v1":
// an address that ends in it is refused. An empty root is none.
func ParseWithout(root, text string, plainHTTP bool) (*url.URL, error) {
	base, err := Parse(text, plainHTTP)
	if err == nil && root != "" && strings.HasSuffix(strings.TrimRight(base.Path, "/"), root) {
		return nil, errors.New("BaseURL: must not end in " + root + ", with which each path begins already")
	}
	return base, err
}
