package providertest_test

import (
	"context"
	"errors"

	"github.com/cnsms/cnsms/provider"
)

func brokenInput() []each {
	anything := onRequest(func(*toy, provider.Message) toyRequest { return toyRequest{Template: "t1"} })
	silent := onFailure(func(e *provider.Error) { e.Text = "bad input" })
	wrongKind := onFailure(func(e *provider.Error) { e.Kind = provider.KindConfig })
	return []each{
		{name: "sends without a number", caught: "no-recipient", flaw: anything, says: "success"},
		{name: "sends without a template", caught: "no-template", flaw: anything, says: "success"},
		{name: "sends an unmapped template", caught: "unmapped-template", flaw: anything, says: "success"},
		{name: "sends without a parameter", caught: "missing-parameter", flaw: anything, says: "success"},
		{name: "drops a parameter", caught: "surplus-parameter", flaw: anything, says: "success"},
		{name: "does not name the field", caught: "no-recipient", flaw: silent, says: "does not name \"To\""},
		{name: "does not name the template", caught: "unmapped-template", flaw: silent, says: "does not name"},
		{name: "does not name the parameter", caught: "missing-parameter", flaw: silent, says: "does not name \"code\""},
		{name: "blames the configuration", caught: "missing-parameter", flaw: wrongKind, says: "matches \"template\""},
		{
			name: "fails anonymously", caught: "no-template", says: "lacks its Provider or Op",
			flaw: onFailure(func(e *provider.Error) { e.Provider = "" }),
		},
		{
			name: "asks the service first", caught: "unmapped-template", says: "want 0",
			flaw: flaw{send: func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				_, _, _ = t.exchange(ctx, "/toy/send", toyRequest{Key: toyKey})
				return t.deliver(ctx, m)
			}},
		},
		{
			name: "plain error", caught: "no-recipient", says: "holds no *provider.Error",
			flaw: flaw{request: func(*toy, provider.Message) (toyRequest, error) { return toyRequest{}, errors.New("To: bad") }},
		},
	}
}
