package relay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

// Sends a user's first code through the phone. The gateway says at once when there
// is none, so that a paid provider can take over.
func Example() {
	// A gateway without a phone; see package gateway for a real one.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"error":{"code":"no_phone_online","message":"no phone is online on this lane","field":"lane"}}`))
	}))
	defer server.Close()

	p, err := relay.New(relay.Config{
		BaseURL:   server.URL,
		Token:     "site-token",
		Wait:      8 * time.Second,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To:       provider.MustParsePhone("13800138000"),
		Template: "login",
		Params:   provider.Params{provider.ParamCode: "042137"},
	})
	switch {
	case errors.Is(err, provider.KindUnavailable) && !provider.MayHaveSent(err):
		fmt.Println("nothing was sent; try a paid provider")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("sent by the phone", receipt.Extra[relay.ExtraPhone])
	}
	// Output: nothing was sent; try a paid provider
}
