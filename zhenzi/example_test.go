package zhenzi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// A receipt's id is all that a program needs to keep. With it the service says later
// whether it has the message. Against the real service, leave HTTPClient out, set
// Company for a company's account, and take AppID and AppSecret from the console.
func Example() {
	ctx := context.Background()
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: "secret"}))
	p, err := zhenzi.New(zhenzi.Config{
		AppID:      "100000",
		AppSecret:  "secret",
		Templates:  provider.Templates{"shipped": {ID: "2", Params: []string{"order"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "shipped", Params: provider.Params{"order": "A-77"},
	}
	receipt, err := p.Send(ctx, message)
	fmt.Println(err)
	for _, id := range []string{receipt.ID, "never-sent"} {
		status, err := provider.ReadStatus(ctx, p, provider.Receipt{Provider: "zhenzi", ID: id})
		fmt.Println(status.State, err)
	}
	// Output:
	// <nil>
	// pending <nil>
	// unknown <nil>
}

// The connection breaks before the service has answered, and once more before it has
// said whether it has the message. The error tells what to ask for later.
func ExampleLostReplyError() {
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: "secret"}))
	_, errInject := server.Inject(sim.Fault{Effect: sim.EffectResetAfter, Times: 2})
	p, errNew := zhenzi.New(zhenzi.Config{
		AppID: "100000", AppSecret: "secret", HTTPClient: &http.Client{Transport: server.Transport()},
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
	})
	if err := errors.Join(errInject, errNew); err != nil {
		fmt.Println(err)
		return
	}
	_, err := p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	})
	fmt.Println("may have been sent:", provider.MayHaveSent(err))

	var lost *zhenzi.LostReplyError
	if errors.As(err, &lost) {
		status, err := p.ReadStatus(context.Background(), provider.Receipt{ID: lost.MessageID})
		fmt.Println(status.State, err)
	}
	// Output:
	// may have been sent: true
	// pending <nil>
}
