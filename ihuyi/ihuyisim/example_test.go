package ihuyisim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// The service takes one text a second for one number. The clock is the test's own, so
// nobody waits.
func Example_limits() {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, sim.Beijing)
	clock := func() time.Time { return now }
	account := ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key", Limits: true})
	client := &http.Client{Transport: sim.New(sim.Config{Now: clock}, account).Transport()}
	p, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", HTTPClient: client, Now: clock,
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	}
	for _, later := range []time.Duration{0, time.Second / 2, time.Second} {
		now = now.Add(later)
		_, err := p.Send(context.Background(), message)
		fmt.Println(now.Format("05.0"), "throttled:", errors.Is(err, provider.KindThrottled))
	}
	// Output:
	// 00.0 throttled: false
	// 00.5 throttled: true
	// 01.5 throttled: false
}
