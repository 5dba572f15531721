package appdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
)

// Both doors on one server: sites at /v1, phones with the app at /mobile/v1. An operator makes
// a code, and a phone registers by it.
func Example() {
	relay, err := gateway.New(gateway.Config{Queue: memqueue.New(), Principals: memqueue.NewPrincipals()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = relay.Close() }()
	door, err := appdoor.New(relay, appdoor.Options{PrivateToken: gateway.HashToken("long-and-random")})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/", relaydoor.New(relay))
	mux.Handle(appdoor.Prefix+"/", door)
	// A program serves them with relaydoor.Serve and ServeOptions{Handler: mux}.

	eva := gateway.Principal{Name: "eva", Role: gateway.RoleOperator}
	code, err := door.NewCode(context.Background(), eva, gateway.Invitation{Name: "kitchen"})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequestWithContext(context.Background(), "POST", "/mobile/v1/device", strings.NewReader(`{"name":"Xiaomi/cannon"}`))
	request.Header.Set("Authorization", "Code "+string(code))
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, request)
	id, _, _ := strings.Cut(recorder.Body.String(), ",")
	fmt.Println(recorder.Code, id)
	fmt.Println("the code prints as", code)
	// Output:
	// 201 {"id":"kitchen"
	// the code prints as ***
}
