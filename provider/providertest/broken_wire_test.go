package providertest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func brokenExchanges() []each {
	deaf := flaw{context: context.WithoutCancel}
	blind := onFailure(func(e *provider.Error) {
		if e.Err != nil {
			e.Err = errors.New("the exchange failed")
		}
	})
	always := onFailure(func(e *provider.Error) { e.MayHaveSent = true })
	never := onFailure(func(e *provider.Error) { e.MayHaveSent = false })
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
		{name: "sure that a cancelled text is not sent", caught: "cancelled-in-flight", says: "MayHaveSent is false", flaw: never},
		{name: "unsure without a connection", caught: "dial-failure", says: "MayHaveSent is true", flaw: always},
		{name: "unsure without a request", caught: "cancelled-before", says: "MayHaveSent is true", flaw: always},
		{name: "sure after a reset", caught: "connection-reset", says: "MayHaveSent is false", flaw: never},
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

func brokenSecrecy() []each {
	return []each{
		{
			name: "number in Extra", caught: "secrecy-receipt", says: "the full number",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"to": r.To.National()} }),
		},
		{
			name: "code in Extra", caught: "secrecy-receipt", says: "the code",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"text": "your code is 042137"} }),
		},
		{
			name: "quotes the parameters", caught: "secrecy-input", says: "the code",
			flaw: flaw{before: func(t *toy, m *provider.Message) {
				code := m.Params[provider.ParamCode]
				t.flaw.failure = func(e *provider.Error) { e.Text += ": code=" + code }
			}},
		},
		{name: "quotes a refusal", caught: "secrecy-refusal", says: "the full number", flaw: flaw{quoteReply: true}},
		{name: "quotes a reply", caught: "secrecy-reply", says: "the full number", flaw: flaw{quoteReply: true}},
		{name: "quotes the transport", caught: "secrecy-no-http", says: "the full number", flaw: flaw{quoteTransport: true}},
		{
			name: "number in the URL", caught: "secrecy-network", says: "the full number",
			flaw: flaw{quoteTransport: true, wire: func(r *http.Request) { r.URL.RawQuery = "mobile=13800138000" }},
		},
		{
			name: "secret in the URL", caught: "secrecy-network", says: "Harness.Secrets[0]",
			flaw: flaw{quoteTransport: true, wire: func(r *http.Request) { r.URL.RawQuery = "key=" + toyKey }},
		},
		{
			name: "secret in a field", caught: "secrecy-provider", says: "Harness.Secrets[0]",
			flaw: flaw{build: func(t *toy) { t.shown = toyKey }},
		},
		{
			name: "secret in the name", caught: "secrecy-provider", says: "Harness.Secrets[0]",
			flaw: flaw{name: func(*toy) string { return "toy " + toyKey }},
		},
	}
}

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

func brokenAbilities() []each {
	fakeHarness := func(newFake func() provider.Provider) func(flaw) providertest.Harness {
		return func(flaw) providertest.Harness {
			return providertest.Harness{
				Message: toyMessage,
				New:     func(providertest.Endpoint) (provider.Provider, error) { return newFake(), nil },
			}
		}
	}
	return []each{
		{
			name: "composer that declares", caught: "composer-declares-nothing", says: "declares BalanceReader itself",
			harness: fakeHarness(func() provider.Provider { return &declaring{inTurn{[]provider.Provider{&providertest.Fake{}}}} }),
		},
		{name: "composer in receipts behind a wrapper", caught: "abilities-behind-wrapper", says: "composer", harness: selfishHarness},
		{name: "composer in receipts behind a composer", caught: "abilities-behind-group", says: "composer", harness: selfishHarness},
		{
			name: "amount with a unit", caught: "balance", says: "want a decimal number",
			harness: fakeHarness(func() provider.Provider { return &providertest.BalanceFake{Amount: "12 yuan"} }),
		},
		{
			name: "balance that fails", caught: "balance", says: "could not be read",
			harness: fakeHarness(func() provider.Provider { return &providertest.BalanceFake{BalanceErr: errors.New("no")} }),
		},
		{
			name: "unknown id is an error", caught: "status", says: "want StateUnknown and no error",
			harness: fakeHarness(func() provider.Provider { return &strictStatus{} }),
		},
		{
			name: "a reason without a failure", caught: "status", says: "of a message that did not fail",
			harness: fakeHarness(func() provider.Provider { return &hastyStatus{} }),
		},
		{
			name: "verifies anything", caught: "verify", says: "a wrong code", harness: verifyHarness,
			flaw: flaw{verify: func(string) error { return nil }},
		},
		{
			name: "verifies nothing", caught: "verify", says: "the right code was refused", harness: verifyHarness,
			flaw: flaw{verify: func(string) error { return &provider.Error{Kind: provider.KindCodeMismatch} }},
		},
		{
			name: "batch out of order", caught: "batch", says: "result 0 is for", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, _ *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				results[0], results[1] = results[1], results[0]
				return results, nil
			}},
		},
		{
			name: "batch with one id", caught: "batch", says: "same id", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, _ *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for i := range results {
					results[i].Receipt.ID = "toy-1"
				}
				return results, nil
			}},
		},
		{
			name: "batch one by one", caught: "batch", says: "took 3 requests", harness: batchHarness,
			flaw: flaw{batch: func(ctx context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for range len(results) - 1 {
					_, _, _ = t.exchange(ctx, "/toy/send", toyRequest{Key: toyKey})
				}
				return results, nil
			}},
		},
		{
			name: "batch that forgets failures", caught: "batch", says: "success", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for i := range results {
					results[i].Err = nil
					results[i].Receipt.Provider, results[i].Receipt.ID = "toy", fmt.Sprint("toy-", i)
					results[i].Receipt.To, results[i].Receipt.At = results[i].To, t.endpoint.Now()
				}
				return results, nil
			}},
		},
	}
}

// declaring is a composer that answers for its members.
type declaring struct{ inTurn }

func (*declaring) ReadBalance(context.Context) (provider.Balance, error) {
	return provider.Balance{}, nil
}

// strictStatus takes an unknown message for a failure.
type strictStatus struct{ providertest.StatusFake }

func (s *strictStatus) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	status, err := s.StatusFake.ReadStatus(ctx, r)
	if err == nil && status.State == provider.StateUnknown {
		return status, errors.New("no such message")
	}
	return status, err
}

// hastyStatus says why a message failed that is on its way.
type hastyStatus struct{ providertest.StatusFake }

func (s *hastyStatus) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	status, err := s.StatusFake.ReadStatus(ctx, r)
	status.Kind = provider.KindSignature
	return status, err
}
