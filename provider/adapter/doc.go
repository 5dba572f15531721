// Package adapter is the kit for everybody who writes a [provider.Provider] for one
// SMS service, in this module or outside of it. What all adapters have in common
// stands here once; an adapter adds the service's own fields, signature and words.
//
// # An adapter
//
// A [Client] holds the settings that every adapter has. A [Call] is one operation at
// the service: it makes the one request and turns what comes back into a receipt or
// an error.
//
//	type Provider struct {
//		adapter.Identity
//		client *adapter.Client
//		config func() Config // fmt does not look into functions
//	}
//
//	func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
//		call := p.client.NewSend(m)
//		template, err := call.Template()
//		…
//		var answer reply
//		if err := call.JSON(ctx, adapter.Request{Path: "/send", Form: form}, &answer); err != nil {
//			return provider.Receipt{}, err
//		}
//		if err := call.Judge(answer.Code, answer.Text); err != nil {
//			return provider.Receipt{}, err
//		}
//		return call.Receipt(answer.ID), nil
//	}
//
// The codes stand in a file beside the adapter; see package provider/facts.
//
// # What the exchange promises
//
// One call is at most one request, whatever the transport and the HTTP version: no
// retry, no redirect, no second host. No request has a GetBody or a nil Body, without
// which net/http repeats nothing that may have left. Only a user's RoundTripper that
// itself sends twice can break that.
//
// At most [MaxReply] of a reply is read, unpacked if it has a Content-Encoding of gzip
// or deflate, and nobody waits for a reply after the context has ended. A status
// below 200 or of a redirect is judged before the body is read.
//
// [provider.Error] has MayHaveSent false only when the content of the request cannot
// have left, nor can leave any more: over the package's own transport when there was
// no connection, and over any other one when it has not begun to read the content.
// Words of an error prove nothing. A request without content over such a transport
// may have left whenever the transport was asked.
//
// The error says whose limit has ended: Config.Timeout, HTTPClient.Timeout, the
// caller's deadline or cancellation, or the cause that somebody above has set. The
// request's path, query, headers and content, the credentials, what [Call.Hide] names
// and what stands in the reply are struck out of a transport's words.
//
// # Connections
//
// Requests go through go-resty. The package's own transport speaks HTTP/1.1 only,
// keeps idle connections for 8 s, which is less than services do, and checks
// certificates whatever others have set on http.DefaultTransport. The proxy comes from
// the environment, as http.ProxyFromEnvironment says. A connection that the service
// closes just as a request goes out is an error with MayHaveSent true. When a time
// limit ends a call, the transport's idle connections are closed before the next one,
// because they may have died as well.
//
// HTTPClient is asked at every call, so that httpmock.ActivateNonDefault works before
// and after New. Of it only Transport and Timeout are used, and it is not changed. A
// client without a Transport, or none at all, means the package's own transport,
// unless a program has put another one into the place of http.DefaultTransport, as
// httpmock.Activate does: then that one. Nothing else global reaches an adapter.
//
// A user's RoundTripper has to return when the request's context ends, as net/http's
// does; a body that does not end costs a goroutine and does not hold the caller. It
// may keep the request. What panics in it panics in the call.
package adapter
