package providertest_test

import (
	"context"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
)

func brokenContext() []each {
	return []each{
		{name: "sends for a caller who has gone", caught: "cancelled-before", says: "success", flaw: deaf},
		{name: "sends when it is too late", caught: "expired-before", says: "success", flaw: deaf},
		{name: "does not hear cancel", caught: "cancelled-in-flight", says: notReturned, flaw: deaf},
		{name: "does not hear the deadline", caught: "deadline-in-flight", says: notReturned, flaw: deaf},
		{name: "does not hear while reading", caught: "cancelled-while-reading", says: notReturned, flaw: deaf},
		{name: "has no time limit", caught: "timeout", says: notReturned, flaw: deaf},
		{
			name: "limits the first byte only", caught: "timeout-while-reading", says: notReturned,
			flaw: flaw{context: context.WithoutCancel, build: func(t *toy) {
				if transport, ok := t.client.Transport.(*http.Transport); ok {
					transport.ResponseHeaderTimeout = time.Minute
				}
			}},
		},
		{name: "hides cancel", caught: "cancelled-in-flight", says: "errors.Is does not find", flaw: blind},
		{name: "hides the deadline", caught: "deadline-in-flight", says: "errors.Is does not find", flaw: blind},
		{name: "hides its own limit", caught: "timeout", says: "errors.Is does not find", flaw: blind},
		{
			name: "shows the cause only", caught: "cancelled-in-flight", says: "errors.Is does not find",
			flaw: onFailure(func(e *provider.Error) {
				if joined, ok := e.Err.(interface{ Unwrap() []error }); ok {
					e.Err = joined.Unwrap()[0]
				}
			}),
		},
		{name: "sure that a cancelled text is not sent", caught: "cancelled-in-flight", says: "MayHaveSent is false", flaw: sure},
		{name: "unsure without a request", caught: "cancelled-before", says: "MayHaveSent is true", flaw: unsure},
	}
}
