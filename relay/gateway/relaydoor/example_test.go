package relaydoor_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
)

// A gateway with one site and one phone. The phone is not there yet, so the site
// is told at once to use another provider.
func Example() {
	queue := memqueue.New()
	defer func() { _ = queue.Close() }()
	relay, err := gateway.New(gateway.Config{
		Queue: queue,
		Tokens: []gateway.Token{
			{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("long-and-random")},
			{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("also-long-and-random")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = relay.Close() }()

	request := httptest.NewRequestWithContext(context.Background(), "POST", "/v1/messages",
		strings.NewReader(`{"to":"13800138000","text":"Your code is 824913."}`))
	request.Header.Set("Authorization", "Bearer long-and-random")
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	relaydoor.New(relay).ServeHTTP(recorder, request)
	fmt.Println(recorder.Code)
	fmt.Println(recorder.Body)
	// Output:
	// 503
	// {"error":{"code":"no_phone_online","message":"no phone is online on this lane","field":"lane"}}
}
