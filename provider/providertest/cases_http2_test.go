package providertest_test

import (
	"github.com/cnsms/cnsms/provider"
)

// brokenOverHTTP2 go wrong over HTTP/2 only.
func brokenOverHTTP2() []each {
	return []each{
		{name: "lets HTTP/2 repeat", caught: "http2-reset", says: "want 1 to 1", flaw: flaw{repeatable: true}},
		{name: "sure after a reset over HTTP/2", caught: "http2", says: "MayHaveSent is false", flaw: onFailure(func(e *provider.Error) { e.MayHaveSent = false })},
	}
}
