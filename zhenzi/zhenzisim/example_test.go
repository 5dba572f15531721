package zhenzisim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// A program under test sends, and the test looks at what arrived.
func Example() {
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{
		AppID: "100000", AppSecret: "secret", Templates: map[string]string{"1": "您的验证码为{code}。"},
	}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := zhenzi.New(zhenzi.Config{
		AppID: "100000", AppSecret: "secret", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("138 0013 8000"), Template: "login", Params: provider.Params{"code": "042137"},
	})
	fmt.Println(err)
	fmt.Println(server.Texts()[0].Text)
	// Output:
	// <nil>
	// 【榛子云】您的验证码为042137。
}
