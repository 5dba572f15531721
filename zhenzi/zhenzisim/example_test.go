package zhenzisim_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// A script has the service fail: it refuses one request, then it is out of order for
// two (Send asks once more what became of its message), and in the end it is slow.
func Example_faults() {
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: "secret"}))
	for _, fault := range []sim.Fault{
		{Effect: sim.EffectRefuse, Kind: provider.KindBalance},
		{Effect: sim.EffectReply, Status: http.StatusBadGateway, Times: 2},
		{Effect: sim.EffectDelay, Delay: 5 * time.Millisecond},
	} {
		if _, err := server.Inject(fault); err != nil {
			fmt.Println(err)
		}
	}
	sms, err := zhenzi.New(zhenzi.Config{
		AppID: "100000", AppSecret: "secret", Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"}}
	for range 3 {
		_, err := sms.Send(context.Background(), message)
		for failure := range provider.Failures(err) {
			fmt.Println(failure.Kind)
		}
	}
	fmt.Println("texts:", len(server.Texts()))
	// Output:
	// balance
	// unavailable
	// texts: 1
}
