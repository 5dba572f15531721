package bmob_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Lets Bmob make a code and checks what the user types. Against the real service,
// set BaseURL to the application's own domain if it has one, and take AppID and
// RESTKey from the console.
func Example() {
	server := sim.New(sim.Config{}, bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := bmob.New(bmob.Config{
		AppID: "id", RESTKey: "key",
		Templates: provider.Templates{"login": {ID: "登录", Ignore: []string{provider.ParamCode}}},
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

// Sends through a template for which the console asks for a captcha.
func ExampleProvider_IssueCaptcha() {
	service := bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key", CaptchaFor: []string{"登录"}})
	server := sim.New(sim.Config{}, service)
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := bmob.New(bmob.Config{
		AppID: "id", RESTKey: "key", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "登录"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer, ok := provider.As[provider.CaptchaIssuer](p) // found behind composers too
	if !ok {
		return
	}
	captcha, err := issuer.IssueCaptcha(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, _ := service.CaptchaAnswer(captcha.Token) // the user reads it from captcha.ImageURL
	token, err := issuer.SolveCaptcha(context.Background(), captcha.Token, answer)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Captcha: token,
	})
	fmt.Println(receipt.To, err)
	// Output: 138****8000 <nil>
}
