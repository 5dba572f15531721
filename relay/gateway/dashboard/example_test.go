package dashboard_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
)

// The pages stand beside the door, at the root. Who has no session is sent to the login.
func Example() {
	queue := memqueue.New()
	defer func() { _ = queue.Close() }()
	relay, err := gateway.New(gateway.Config{
		Queue:  queue,
		Tokens: []gateway.Token{{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("long-and-random")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = relay.Close() }()
	pages, err := dashboard.New(relay, dashboard.Options{PublicURL: "https://relay.example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pages.Close()

	door := relaydoor.New(relay)
	mux := http.NewServeMux()
	mux.Handle("/v1/", door)
	mux.Handle("/healthz", door)
	mux.Handle("/", pages)

	request := httptest.NewRequestWithContext(context.Background(), "GET", "/", http.NoBody)
	request.Header.Set("Accept", "text/html")
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, request)
	fmt.Println(recorder.Code, recorder.Header().Get("Location"))
	// Output: 303 /login
}
