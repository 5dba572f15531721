package providertest_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

func brokenSharing() []each {
	shared := map[string]string{"account": "one"}
	return []each{
		{
			name: "same id for all", caught: "concurrent-sends", says: "have the same receipt",
			flaw: onReceipt(func(r *provider.Receipt) { r.ID = "toy-1" }),
		},
		{
			name: "receipt of another", caught: "concurrent-sends", says: "has the receipt of",
			flaw: onReceipt(func(r *provider.Receipt) { r.To = toyMessage.To }),
		},
		{
			name: "keeps two connections", caught: "concurrent-sends", says: "connections",
			flaw: onTransport(func(t *http.Transport) { t.MaxIdleConnsPerHost = 2 }),
		},
		{
			name: "leaves replies unread", caught: "concurrent-sends", says: "connections",
			flaw: flaw{read: func(body io.Reader) ([]byte, error) {
				head := make([]byte, 8)
				_, err := io.ReadFull(body, head)
				return head, err
			}, judge: unreadIDs()},
		},
		{
			name: "panics under load", caught: "concurrent-sends", says: "Send panicked",
			flaw: flaw{before: func(t *toy, _ *provider.Message) {
				if t.sends.Load() > 50 {
					panic("too much")
				}
			}},
		},
		{
			name: "changes the parameters", caught: "caller-maps", says: "Send changed Message.Params",
			flaw: flaw{before: func(_ *toy, m *provider.Message) { m.Params[provider.ParamCode] += "0" }},
		},
		{
			name: "keeps the parameters", caught: "caller-maps", says: "the same message was sent",
			flaw: keepsParams(),
		},
		{
			name: "keeps the templates", caught: "caller-maps", says: "a valid message was not accepted",
			flaw: flaw{build: func(t *toy) { t.templates = t.endpoint.Templates }},
		},
		{
			name: "changes the templates", caught: "caller-maps", says: "New changed the caller's Templates",
			flaw: flaw{build: func(t *toy) { t.endpoint.Templates["login"] = provider.Template{ID: "t1"} }},
		},
		{
			name: "shares Extra", caught: "receipt-maps", says: "share one Extra",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = shared }),
		},
		{
			name: "leaves a goroutine", caught: "goroutines", says: leftBehind,
			flaw: flaw{before: func(*toy, *provider.Message) { go func() { select {} }() }},
		},
	}
}

// unreadIDs gives every send an id without looking at the reply.
func unreadIDs() func([]byte, int) (string, bool) {
	ids := make(chan string, 1000)
	for n := range cap(ids) {
		ids <- fmt.Sprint("toy-", n)
	}
	return func([]byte, int) (string, bool) { return <-ids, true }
}

// keepsParams sends the first message's map again and again.
func keepsParams() flaw {
	kept := make(chan provider.Params, 1)
	return flaw{before: func(_ *toy, m *provider.Message) {
		select {
		case kept <- m.Params:
		default:
			m.Params = <-kept
			kept <- m.Params
		}
	}}
}
