package fake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// ownText are the templates of a program that sends through a code-making
// adapter: the service's own text for codes, and an approved text for orders.
func ownText() provider.Templates {
	return provider.Templates{
		"login":  {Ignore: []string{provider.ParamCode}},
		"strict": {},
		"named":  {ID: "the console's name"},
		"order":  {ID: "1001", Params: []string{"code"}},
		"whole":  {Text: "Your code is {code}."},
		"faulty": {Params: []string{"code"}},
	}
}

func TestU4OwnText(t *testing.T) {
	t.Parallel()
	const callers = "042137"
	const itsOwn = `fake: send: template: Params["code"]: the service makes its own code and cannot send this one; ` +
		`to let it, name "code" in the template's Ignore`
	tests := []struct {
		name     string
		template string
		params   provider.Params
		plain    string // the code that a Provider sends, or the error
		verifier string // what a Verifier does
	}{
		{"nothing given", "login", nil, "100001", "100001"},
		{"a code to ignore", "login", provider.Params{"code": callers}, "100001", "100001"},
		{"a code not to ignore", "strict", provider.Params{"code": callers}, itsOwn, itsOwn},
		{
			"a parameter that nobody knows", "login",
			provider.Params{"city": "x"},
			`fake: send: template: Params: surplus parameter "city"`, `fake: send: template: Params: surplus parameter "city"`,
		},
		{"an ID and no place for a code", "named", nil, "", "100001"},
		{"an ID and a place for a code", "order", provider.Params{"code": callers}, callers, callers},
		{"a whole text", "whole", provider.Params{"code": callers}, callers, callers},
		{
			"Params without an ID", "faulty",
			provider.Params{"code": callers},
			"fake: send: template: ID: this provider sends by template id, and there is none",
			"fake: send: template: ID: this provider sends by template id, and there is none",
		},
	}
	for _, test := range tests {
		m := provider.Message{To: anna, Template: test.template, Params: test.params}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plain := &fake.Provider{Templates: ownText()}
			require.Equal(t, test.plain, codeOrError(t, plain, plain.CodeFor, m))
			verifier := &fake.Verifier{Provider: fake.Provider{Templates: ownText()}}
			require.Equal(t, test.verifier, codeOrError(t, verifier, verifier.CodeFor, m))
		})
	}
}

// codeOrError sends m and returns the code that arrived, or the error. It checks
// that the receipt says who made that code.
func codeOrError(t *testing.T, p provider.Provider, codeFor func(provider.Phone) string, m provider.Message) string {
	t.Helper()
	r, err := p.Send(t.Context(), m)
	if err != nil {
		require.ErrorIs(t, err, provider.KindTemplate)
		return err.Error()
	}
	code := codeFor(m.To)
	madeByCaller := code == m.Params[provider.ParamCode]
	require.Equal(t, madeByCaller, r.Code == provider.CodeByCaller)
	return code
}

// A program that gives its code to every service works with one that makes its own.
func TestU4VerifyOwnText(t *testing.T) {
	t.Parallel()
	sms := &fake.Verifier{Provider: fake.Provider{Templates: ownText()}}
	r, err := sms.Send(t.Context(), login(anna, "042137"))
	require.NoError(t, err)
	require.Equal(t, provider.CodeByProvider, r.Code)
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, "042137"), provider.KindCodeMismatch, "the caller's code was not sent")
	require.NoError(t, provider.Verify(t.Context(), sms, r, sms.ExpectCode(t, anna)))
	require.Equal(t, login(anna, "042137"), sms.ExpectSent(t, anna, "login"), "the message is recorded as it came")
}

// The caller checks the code of a template that has a place for it.
func TestU4VerifyLeavesTheCallersCodeToTheCaller(t *testing.T) {
	t.Parallel()
	sms := &fake.Verifier{Provider: fake.Provider{Templates: ownText()}}
	m := login(anna, "042137")
	m.Template = "order"
	r, err := sms.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, provider.CodeByCaller, r.Code)
	for _, err := range []error{provider.Verify(t.Context(), sms, r, "042137"), sms.Verify(t.Context(), r, "042137")} {
		require.ErrorIs(t, err, provider.KindUnsupported)
		require.NotContains(t, err.Error(), "042137")
	}
}

// A Provider makes the code and cannot check it: that is what a Verifier is for.
func TestU4ProviderDoesNotVerify(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{Templates: ownText()}
	r, err := sms.Send(t.Context(), login(anna, "042137"))
	require.NoError(t, err)
	require.Equal(t, provider.CodeByProvider, r.Code)
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, sms.CodeFor(anna)), provider.KindUnsupported)
}
