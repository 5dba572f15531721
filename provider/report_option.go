package provider

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"
)

// ReportOption is a setting of a ReportHandler.
type ReportOption func(s *reportSettings) (problem string)

// reportSettings are what the options set.
type reportSettings struct {
	gate    reportGate
	onError func(ctx context.Context, err error)
	store   ReportStore // may be nil
}

func (o ReportOption) apply(s *reportSettings) (problem string) {
	if o == nil {
		return "options: one is nil"
	}
	return o(s)
}

// shortestReportSecret is how long a secret is at least that nobody can guess.
const shortestReportSecret = 16

// RequireSecret lets only those push who know the secret. It is the last element of
// the path, or the last but the provider's name: a handler that is mounted at /sms/
// takes pushes at /sms/SECRET or /sms/SECRET/tencent, and answers 404 everywhere
// else. The secret is compared in constant time.
//
// It has at least 16 characters out of A to Z, a to z, 0 to 9, "-" and "_". Whoever
// logs the addresses of requests logs the secret.
func RequireSecret(secret Secret) ReportOption {
	return func(s *reportSettings) string {
		if len(secret) < shortestReportSecret || strings.ContainsFunc(string(secret), notInSecret) {
			return fmt.Sprintf(`RequireSecret: want %d or more characters out of A-Z, a-z, 0-9, "-" and "_"`, shortestReportSecret)
		}
		hash := sha256.Sum256([]byte(secret))
		s.gate.secret = &hash
		return ""
	}
}

func notInSecret(r rune) bool {
	return !('A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_')
}

// AllowAddresses lets only those push whose connection comes from one of the
// networks, and answers 403 to others. It goes by the request's RemoteAddr: behind a
// proxy, that is the proxy's address. Headers such as X-Forwarded-For are not looked
// at, because everybody can write them.
func AllowAddresses(networks ...netip.Prefix) ReportOption {
	return func(s *reportSettings) string {
		if len(networks) == 0 {
			return "AllowAddresses: no network given"
		}
		for _, network := range networks {
			if !network.IsValid() {
				return "AllowAddresses: one is no valid network; make it with netip.MustParsePrefix"
			}
			s.gate.addresses = append(s.gate.addresses, unmapped(network))
		}
		return ""
	}
}

// unmapped writes a network of IPv4 addresses as such, also when it stands as IPv6.
func unmapped(network netip.Prefix) netip.Prefix {
	if mappedBits := 128 - 32; network.Addr().Is4In6() && network.Bits() >= mappedBits {
		return netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-mappedBits)
	}
	return network
}

// OnReportError calls hook with what a person should look at: each report that
// cannot be read, each push of which nothing can be read, and each failure of a
// ReportStore. Without a hook nobody hears of them. It is not called for requests that
// are answered with 403, 404 or 405, of which anybody can make many, nor for errors of
// the program's own handle. hook is called concurrently, and before the push is answered.
func OnReportError(hook func(ctx context.Context, err error)) ReportOption {
	return func(s *reportSettings) string {
		if hook == nil {
			return "OnReportError: hook must not be nil"
		}
		s.onError = hook
		return ""
	}
}

// DropRepetitions gives handle only reports that are not in the store, by their
// [Report.Key], and puts them there when handle has taken them. A push of nothing but
// repetitions is acknowledged without handle. Reports whose key is empty are never
// dropped.
//
// Nothing is lost for it: a report that handle failed at comes again, and when the
// store fails, handle gets everything. While handle works on a report, another push
// of the same report waits. Handlers in several processes with one store may still
// work on the same report at the same time.
func DropRepetitions(store ReportStore) ReportOption {
	return func(s *reportSettings) string {
		if store == nil {
			return "DropRepetitions: store must not be nil"
		}
		s.store = store
		return ""
	}
}
