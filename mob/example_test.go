package mob_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Lets Mob make a code and checks what the user types. Against the real service,
// leave BaseURL out and take AppKey from the console.
func Example() {
	server := sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := mob.New(mob.Config{
		AppKey:    "key",
		Templates: provider.Templates{"login": {Ignore: []string{provider.ParamCode}}},
		BaseURL:   server.URL(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To:       provider.MustParsePhone("+86 138-0013-8000"),
		Template: "login",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("code made by", receipt.Code)

	typed := server.Texts()[0].Code // the user reads it from the phone
	err = provider.Verify(context.Background(), p, receipt, "not it")
	fmt.Println("wrong code refused:", errors.Is(err, provider.KindCodeMismatch))
	err = provider.Verify(context.Background(), p, receipt, typed)
	fmt.Println("right code:", err)
	// Output:
	// code made by provider
	// wrong code refused: true
	// right code: <nil>
}

// Checks a code that an app's SMSSDK has sent, as a relay does whose phone uses
// such an app.
func ExampleNewSDKVerifier() {
	server := sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	// In the place of the phone.
	form := url.Values{"appkey": {"key"}, "zone": {"86"}, "phone": {"13800138000"}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL()+mobsim.SDKPath, strings.NewReader(form.Encode()))
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := server.Transport().RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()

	v, err := mob.NewSDKVerifier(mob.Config{AppKey: "key", BaseURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt := provider.Receipt{Provider: "relay", To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
	fmt.Println(v.Verify(context.Background(), receipt, server.Texts()[0].Code))
	// Output: <nil>
}
