package adapter_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

// acmeCodes is the table of codes of a service that does not exist. An adapter has it
// in a file of its own.
var acmeCodes = facts.MustParseCodes(`
0   | ok
101 | auth | 密钥错误 | check the key | 检查密钥
`)

// acme is an adapter for that service.
type acme struct {
	adapter.Identity
	client *adapter.Client
	key    provider.Secret
}

func newAcme(baseURL, key string, templates provider.Templates) (*acme, error) {
	client, err := adapter.New(adapter.Config{
		Service: "acme", Title: "Acme", Codes: acmeCodes, BaseURL: baseURL, Templates: templates,
		Credentials: []adapter.Credential{{Field: "Key", Value: key}},
	})
	if err != nil {
		return nil, err
	}
	return &acme{client.Identity("acme.Provider"), client, provider.Secret(key)}, nil
}

// Send implements provider.Provider.
func (a *acme) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := a.client.NewSend(m)
	template, err := call.Template()
	if err != nil {
		return provider.Receipt{}, err
	}
	text, err := call.Text(template, 500)
	if err != nil {
		return provider.Receipt{}, err
	}
	form := adapter.Form{{Name: "key", Value: string(a.key)}, {Name: "to", Value: m.To.National()}, {Name: "text", Value: text}}
	var answer struct {
		Code adapter.Scalar `json:"code"`
		Msg  string         `json:"msg"`
		ID   adapter.Scalar `json:"id"`
	}
	if err := call.JSON(ctx, adapter.Request{Path: "/send", Form: form}, &answer); err != nil {
		return provider.Receipt{}, err
	}
	if err := call.Judge(string(answer.Code), answer.Msg); err != nil {
		return provider.Receipt{}, err
	}
	return call.Receipt(string(answer.ID)), nil
}

// A whole adapter for a service that does not exist, and a server that stands in for
// the service.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("key") != "right" {
			_, _ = io.WriteString(w, `{"code":101,"msg":"密钥错误"}`)
			return
		}
		_, _ = io.WriteString(w, `{"code":"0","id":7000000001}`)
	}))
	defer server.Close()

	message := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	}
	for _, key := range []string{"right", "wrong"} {
		p, err := newAcme(server.URL, key, provider.Templates{"login": {Text: "您的验证码是：{code}。"}})
		if err != nil {
			fmt.Println(err)
			continue
		}
		receipt, err := p.Send(context.Background(), message)
		fmt.Println(receipt.Provider, receipt.ID, err)
	}
	// Output:
	// acme 7000000001 <nil>
	//   acme: send: auth: 101: 密钥错误; remedy: check the key
}
