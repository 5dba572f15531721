package adapter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// ownText is the configuration of a service that makes its codes itself.
func ownText(templates provider.Templates) adapter.Config {
	return adapter.Config{
		Service: "acme", Title: "Acme", BaseURL: "https://a.invalid", OwnText: true, Templates: templates,
	}
}

func TestOwnTextTemplates(t *testing.T) {
	t.Parallel()
	_, err := adapter.New(ownText(provider.Templates{
		"login": {Ignore: []string{"code"}}, "order": {ID: "1", Params: []string{"code"}, Text: "{code}"},
	}))
	require.NoError(t, err)
	_, err = adapter.New(ownText(provider.Templates{
		"":  {},
		"a": {Text: "{code}", Params: []string{"code"}},
		"b": {ID: "1", Sign: "榛子", Params: []string{"x y"}},
	}))
	fields := []string{
		`Templates[""]: `, `Templates["a"].Text: Acme `, `Templates["a"].Params: `, `Templates["b"].Sign: Acme `, `Templates["b"]: Params: `,
	}
	problems := strings.Split(err.Error(), "\n")
	require.Len(t, problems, len(fields))
	for i, field := range fields {
		require.Contains(t, problems[i], field, "in this order")
	}
}

func TestOwnTextParams(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		template provider.Template
		params   provider.Params
		want     string
	}{
		{name: "none"},
		{name: "none, template with a name", template: provider.Template{ID: "login"}},
		{name: "code", params: provider.Params{"code": "042137"}, want: `Params["code"]: Acme makes its own code`},
		{name: "code to ignore", template: provider.Template{Ignore: []string{"code"}}, params: provider.Params{"code": "042137"}},
		{name: "another", params: provider.Params{"city": "x"}, want: `surplus parameter "city"`},
		{
			name: "another that the template has", template: provider.Template{ID: "1", Params: []string{"city"}},
			params: provider.Params{"city": "x"}, want: `surplus parameter "city"`,
		},
		{name: "another to ignore", template: provider.Template{Ignore: []string{"city"}}, params: provider.Params{"city": "x"}},
		{
			name: "both, one to ignore", want: `surplus parameter "city"`,
			template: provider.Template{Ignore: []string{"code"}}, params: provider.Params{"code": "042137", "city": "x"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := adapter.New(ownText(provider.Templates{"login": {}}))
			require.NoError(t, err)
			err = c.NewSend(provider.Message{Params: tt.params}).OwnText(tt.template)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, provider.KindTemplate)
			require.ErrorContains(t, err, "acme: send: ")
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "042137")
		})
	}
}

func TestNewVerify(t *testing.T) {
	t.Parallel()
	sent := provider.Receipt{To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
	tests := []struct {
		name, code string
		receipt    provider.Receipt
		want       error
		names      string
	}{
		{name: "digits", receipt: sent, code: "0421"},
		{name: "as long as it gets", receipt: sent, code: strings.Repeat("7", 20)},
		{name: "a digit too long", receipt: sent, code: strings.Repeat("7", 21), want: provider.KindCodeMismatch, names: "code: too long"},
		{name: "too long", receipt: sent, code: strings.Repeat("04", 5000), want: provider.KindCodeMismatch, names: "code: too long"},
		{name: "empty", receipt: sent, want: provider.KindCodeMismatch, names: "code: "},
		{name: "letters", receipt: sent, code: "04a1", want: provider.KindCodeMismatch, names: "code: "},
		{name: "a path", receipt: sent, code: "../0421", want: provider.KindCodeMismatch, names: "code: "},
		{name: "full-width digits", receipt: sent, code: "０４２１", want: provider.KindCodeMismatch, names: "code: "},
		{name: "the caller's", receipt: provider.Receipt{To: sent.To}, code: "0421", want: provider.KindUnsupported, names: "Receipt.Code"},
		{name: "nobody's", receipt: provider.Receipt{To: sent.To, Code: 9}, code: "0421", want: provider.KindUnsupported, names: "Receipt.Code"},
		{name: "no phone", receipt: provider.Receipt{Code: provider.CodeByProvider}, code: "0421", want: provider.KindRecipient, names: "Receipt.To"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			call, err := newClient(t, adapter.Config{}).NewVerify(tt.receipt, tt.code)
			if tt.want == nil {
				require.NoError(t, err)
				require.NotContains(t, call.Redact("13800138000, "+tt.code), tt.code)
				require.NotContains(t, call.Redact("13800138000, "+tt.code), "13800138000")
				return
			}
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "verify: ")
			require.ErrorContains(t, err, tt.names)
			require.NotContains(t, err.Error(), "04")
			require.Nil(t, call)
		})
	}
}
