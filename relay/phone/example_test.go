package phone_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/phone"
)

// A fake phone sends what a site submits.
func Example() {
	url, closeGateway := startGateway()
	defer closeGateway()

	sender := &phone.Fake{}
	agent, err := phone.New(phone.Config{BaseURL: url, Token: "phone-token", Sender: sender})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error)
	go func() { ended <- agent.Run(ctx) }()

	for submit(url) != http.StatusCreated {
		continue // the phone is not there yet
	}
	texts, err := sender.Wait(ctx, 1)
	for _, text := range texts {
		fmt.Println(text.To, string(text.Body), err)
	}
	stop()
	fmt.Println(<-ended)
	// Output:
	// 138****8000 Your code is 824913. <nil>
	// context canceled
}

// submit submits a text to the gateway and returns the response's status.
func submit(url string) int {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/messages",
		strings.NewReader(`{"to":"13800138000","text":"Your code is 824913."}`))
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", "Bearer site-token")
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// startGateway serves a gateway on a loopback address.
func startGateway() (url string, stop func()) {
	queue := memqueue.New()
	relay, err := gateway.New(gateway.Config{Queue: queue, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("site-token")},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token")},
	}})
	if err != nil {
		panic(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ctx, end := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- relaydoor.Serve(ctx, listener, relay, relaydoor.ServeOptions{}) }()
	return "http://" + listener.Addr().String(), func() {
		end()
		<-served
		_ = queue.Close()
	}
}
