package captcha_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/cnsms/cnsms/otp/captcha"
	"github.com/cnsms/cnsms/otp/guard"
)

func Example() {
	service := &issuer{} // provider.As[provider.CaptchaIssuer](sender) finds that of Bmob
	challenger, err := captcha.New(service)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = guard.New(guard.Config{Key: bytes.Repeat([]byte("k"), 32), Challenger: challenger})
	fmt.Println(err)
	puzzle, err := challenger.Issue(context.Background())
	fmt.Println(string(puzzle), err)
	// Output:
	// <nil>
	// {"type":"picture","puzzle":"p:1","image":"https://pictures.example/1.png"} <nil>
}
