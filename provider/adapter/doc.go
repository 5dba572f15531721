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
// One call is at most one request. Nothing is repeated, whatever the transport or the
// HTTP version: no retry, no redirect, no second host. At most [MaxReply] of a reply
// is read, and no reply is read after the context has ended. [provider.Error] has
// MayHaveSent false only when nothing of the request can have left. Neither the
// address, nor a header, nor the reply stands in an error. Requests go through
// go-resty; the package's own transport speaks HTTP/1.1 only and keeps idle
// connections for a few seconds.
//
// HTTPClient is asked at every call, so that httpmock.ActivateNonDefault works before
// and after New. Of it only Transport and Timeout are used, and it is not changed. A
// client without a Transport, or none at all, means the package's own transport,
// unless a program has put another one into the place of http.DefaultTransport, as
// httpmock.Activate does: then that one. The proxy comes from the environment, as
// http.ProxyFromEnvironment says. Nothing else global reaches an adapter.
package adapter
