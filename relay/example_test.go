package relay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
	"github.com/cnsms/cnsms/sim"
)

// A user's first code waits for the phone. The phone does not take it in time, so the
// gateway cancels it, and a paid service sends the code: the user gets it once.
func Example() {
	ctx, queue := context.Background(), memqueue.New()
	defer func() { _ = queue.Close() }()
	phone := gateway.Presence{Phone: "old-phone", Lanes: []string{relayapi.DefaultLane}, Interval: time.Hour, At: time.Now()}
	errSeen := queue.Seen(ctx, phone) // it is online, and busy

	shop := gateway.Token{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("site-token")}
	server, errGateway := gateway.New(gateway.Config{Queue: queue, Tokens: []gateway.Token{shop}})
	first, errRelay := relay.New(relay.Config{
		BaseURL: "https://relay.example.com", Token: "site-token", Wait: 10 * time.Millisecond,
		Templates:  provider.Templates{"login": {Text: "Your code is {code}."}},
		HTTPClient: &http.Client{Transport: sim.HandlerTransport(relaydoor.New(server))},
	})
	if err := errors.Join(errSeen, errGateway, errRelay); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()

	sms, err := failover.NewComposer(failover.ComposerConfig{
		First:     failover.Member{Provider: first},
		Retry:     failover.Member{Provider: &fake.Provider{ProviderName: "ihuyi"}}, // stands for ihuyi.New
		OnAttempt: func(_ context.Context, a failover.Attempt) { fmt.Println(a.Provider, a.Code, a.MayHaveSent) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = sms.Send(ctx, provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	})
	fmt.Println(err)
	// Output:
	// relay cancelled false
	// ihuyi  false
	// <nil>
}
