package ihuyisim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A program under test sends, and the test looks at what arrived.
func Example() {
	server := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。"}},
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
	// 【互亿无线】您的验证码是：042137。
}
