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

// Mob makes the code and checks what the user types. The program's own code, which
// other services send, is ignored. Against the real service, leave HTTPClient out and
// take AppKey from the console.
func Example() {
	ctx, server := context.Background(), sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: "key"}))
	p, err := mob.New(mob.Config{
		AppKey:     "key",
		Templates:  provider.Templates{"login": {Ignore: []string{provider.ParamCode}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(ctx, provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{provider.ParamCode: "042137"},
	})
	fmt.Println("code made by", receipt.Code, err)

	err = provider.Verify(ctx, p, receipt, "042137")
	fmt.Println("wrong code:", errors.Is(err, provider.KindCodeMismatch))
	err = provider.Verify(ctx, p, receipt, server.Texts()[0].Code) // as the user reads it
	fmt.Println("right code:", err)
	// Output:
	// code made by provider <nil>
	// wrong code: true
	// right code: <nil>
}

// Checks a code that an app's SMSSDK has sent, as a relay does whose phone uses
// such an app.
func ExampleNewSDKVerifier() {
	server := sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: "key"}))
	client := &http.Client{Transport: server.Transport()}

	// In the place of the phone.
	form := url.Values{"appkey": {"key"}, "zone": {"86"}, "phone": {"13800138000"}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL()+mobsim.SDKPath, strings.NewReader(form.Encode()))
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()

	v, err := mob.NewSDKVerifier(mob.Config{AppKey: "key", HTTPClient: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt := provider.Receipt{Provider: "relay", To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
	fmt.Println(v.Verify(context.Background(), receipt, server.Texts()[0].Code))
	// Output: <nil>
}
