package zhenzi_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// Sends a code. Against the real service, leave BaseURL out, set Company for a
// company's account, and take AppID and AppSecret from the console.
func Example() {
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: "secret"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := zhenzi.New(zhenzi.Config{
		AppID:     "100000",
		AppSecret: "secret",
		Templates: provider.Templates{
			"login": {ID: "1", Params: []string{"code", "minutes"}},
		},
		BaseURL: server.URL(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To:       provider.MustParsePhone("+86 138-0013-8000"),
		Template: "login",
		Params:   provider.Params{provider.ParamCode: "042137", "minutes": "5分钟"},
	})
	switch {
	case errors.Is(err, provider.KindBalance):
		fmt.Println("top up the account")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("accepted by", receipt.Provider, "for", receipt.To)
	}
	// Output: accepted by zhenzi for 138****8000
}

// The time is up before the service has answered anything. The error tells what
// to ask for later.
func ExampleLostReplyError() {
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: "secret"}))
	defer server.Close()
	_, errInject := server.Inject(sim.Fault{Effect: sim.EffectHangAfter, Times: 2})
	errListen := server.Listen(context.Background(), "127.0.0.1:0")
	p, errNew := zhenzi.New(zhenzi.Config{
		AppID: "100000", AppSecret: "secret", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
	})
	if err := errors.Join(errInject, errListen, errNew); err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	m := provider.Message{
		To: provider.MustParsePhone("138 0013 8000"), Template: "login", Params: provider.Params{"code": "042137"},
	}
	_, err := p.Send(ctx, m)
	fmt.Println("may have been sent:", provider.MayHaveSent(err))

	var lost *zhenzi.LostReplyError
	if errors.As(err, &lost) {
		receipt := provider.Receipt{Provider: p.Name(), ID: lost.MessageID, To: m.To}
		status, err := provider.ReadStatus(context.Background(), p, receipt)
		fmt.Println(status.State, err)
	}
	// Output:
	// may have been sent: true
	// pending <nil>
}
