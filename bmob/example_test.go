package bmob_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Sends through a template for which the console asks for a captcha. Against the real
// service, leave HTTPClient out, set BaseURL to the application's own domain if it has
// one, and take AppID and RESTKey from the console.
func Example() {
	service := bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key", CaptchaFor: []string{"登录"}})
	p, err := bmob.New(bmob.Config{
		AppID: "id", RESTKey: "key", Templates: provider.Templates{"login": {ID: "登录"}},
		HTTPClient: &http.Client{Transport: sim.New(sim.Config{}, service).Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer, ok := provider.As[provider.CaptchaIssuer](p) // found behind composers too
	if !ok {
		return
	}
	ctx := context.Background()
	captcha, err := issuer.IssueCaptcha(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, _ := service.CaptchaAnswer(captcha.Token) // the user reads it from captcha.ImageURL
	token, err := issuer.SolveCaptcha(ctx, captcha.Token, answer)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(ctx, provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Captcha: token,
	})
	fmt.Println(receipt.To, err)
	// Output: 138****8000 <nil>
}

// Configurations and providers can be printed and logged: credentials stay hidden.
func ExampleConfig() {
	cfg := bmob.Config{SecretKey: "do-not-show", SafeCode: "this-neither", Templates: provider.Templates{"login": {}}}
	p, err := bmob.New(cfg)
	fmt.Printf("%v %+v %#v %v\n", p, p, p, err)
	fmt.Printf("%v %s %q\n", cfg.SecretKey, cfg.SafeCode, cfg.RESTKey)
	// Output:
	// bmob.Provider(bmob) bmob.Provider(bmob) bmob.Provider(bmob) <nil>
	// *** ***
}
