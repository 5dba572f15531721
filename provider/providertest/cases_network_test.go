package providertest_test

import (
	"crypto/tls"
	"net/http"
)

func brokenNetwork() []each {
	return []each{
		{name: "unsure without a connection", caught: "dial-failure", says: "MayHaveSent is true", flaw: unsure},
		{name: "sure after a reset", caught: "connection-reset", says: "MayHaveSent is false", flaw: sure},
		{name: "repeats after a reset", caught: "connection-reset", says: "got 2 requests", flaw: flaw{send: twiceOnFailure}},
		{
			name: "lets net/http repeat", caught: "reset-on-kept-connection", says: "got 2 requests",
			flaw: flaw{repeatable: true, wire: func(r *http.Request) { r.Header.Set("Idempotency-Key", "1") }},
		},
		{
			name: "trusts anybody", caught: "untrusted-certificate", says: "success",
			flaw: onTransport(func(t *http.Transport) { t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} }),
		},
		{
			name: "follows redirects", caught: "redirect", says: "it was followed",
			flaw: flaw{build: func(t *toy) { t.client.CheckRedirect = nil }},
		},
		{
			name: "ignores the given client", caught: "http-client", says: "did not go through the given client",
			flaw: flaw{build: func(t *toy) { t.client.Transport = &http.Transport{} }},
		},
		{
			name: "changes the given client", caught: "http-client", says: "was changed",
			flaw: flaw{build: func(t *toy) {
				if given := t.endpoint.HTTPClient; given != nil {
					given.Timeout = 1 << 40
				}
			}},
		},
		{name: "hides the given client's error", caught: "http-client", says: "not in the chain", flaw: blind},
	}
}
