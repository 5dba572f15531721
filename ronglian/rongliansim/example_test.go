package rongliansim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// A program under test sends, and the test looks at what arrived.
func Example() {
	server := sim.New(sim.Config{}, rongliansim.New(rongliansim.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app",
		Templates: map[string]string{"1": "您的验证码是{1}，请于{2}分钟内正确输入"},
	}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := ronglian.New(ronglian.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code", "minutes"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("138 0013 8000"), Template: "login",
		Params: provider.Params{"code": "4653", "minutes": "2"},
	})
	fmt.Println(err)
	fmt.Println(server.Texts()[0].Text)
	// Output:
	// <nil>
	// 【云通讯】您的验证码是4653，请于2分钟内正确输入
}
