package providertest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func brokenReceipts() []each {
	return []each{
		{
			name: "receipt names nobody", caught: "receipt", says: "Receipt.Provider is \"somebody\"",
			flaw: onReceipt(func(r *provider.Receipt) { r.Provider = "somebody" }),
		},
		{
			name: "receipt without id", caught: "receipt", says: "Receipt.ID is empty",
			flaw: onReceipt(func(r *provider.Receipt) { r.ID = "" }),
		},
		{
			name: "receipt without recipient", caught: "receipt", says: "Receipt.To",
			flaw: onReceipt(func(r *provider.Receipt) { r.To = provider.Phone{} }),
		},
		{
			name: "receipt by the wrong clock", caught: "receipt", says: "Receipt.At",
			flaw: onReceipt(func(r *provider.Receipt) { r.At = time.Now() }),
		},
		{
			name: "receipt with half the time", caught: "receipt", says: "Receipt.At",
			flaw: onReceipt(func(r *provider.Receipt) { r.At = r.At.Truncate(time.Second) }),
		},
		{
			name: "receipt of no code origin", caught: "receipt", says: "Receipt.Code",
			flaw: onReceipt(func(r *provider.Receipt) { r.Code = 7 }),
		},
		{name: "receipt of a composer", caught: "receipt", says: "which is a composer", harness: selfishHarness},
		{
			name: "receipt that is no data", caught: "receipt-json", says: "does not turn into JSON",
			flaw: onReceipt(func(r *provider.Receipt) { r.Code = 7 }),
		},
		{
			name: "receipt that JSON changes", caught: "receipt-json", says: "came back changed",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"raw": "\xff"} }),
		},
		{
			name: "sends twice", caught: "one-request", says: "got 2 requests",
			flaw: flaw{send: func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				_, _ = t.deliver(ctx, m)
				return t.deliver(ctx, m)
			}},
		},
		{
			name: "sends to another", caught: "one-request", says: "the text went to",
			flaw: onRequest(func(*toy, provider.Message) toyRequest { return toyRequest{To: []string{"+8613900139000"}} }),
		},
		{
			name: "name that changes", caught: "name", says: "after a send",
			flaw: flaw{name: func(t *toy) string { return fmt.Sprint("toy", t.sends.Load()) }},
		},
		{
			name: "name by address", caught: "name", says: "built alike",
			flaw: flaw{name: func(t *toy) string { return fmt.Sprintf("toy %p", t) }},
		},
		{name: "no name", caught: "name", says: "Name is empty", flaw: flaw{name: func(*toy) string { return "" }}},
		{
			name: "sends abroad by accident", caught: "foreign", says: "success",
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest { return toyRequest{To: []string{"+86" + m.To.National()}} }),
		},
		{
			name: "loses the country code", caught: "foreign", says: "want one text for",
			harness: func(f flaw) providertest.Harness {
				h := toyHarness(f)
				h.Foreign = provider.MustParsePhone("+12025550199")
				return h
			},
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest { return toyRequest{To: []string{"+86" + m.To.National()}} }),
		},
	}
}
