package rongliansim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// A phone's owner answers, and the service pushes the reply to the program under test,
// here a handler that shows the push as it comes. A push that is refused stays queued.
func Example_pushes() {
	service := rongliansim.New(rongliansim.Config{AccountSID: "sid", AuthToken: "token", AppID: "app"})
	service.Reply("13800138000", "TD", time.Date(2026, 11, 21, 9, 30, 0, 0, sim.Beijing))

	refuse := true
	client := &http.Client{Transport: sim.HandlerTransport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Println(string(body))
		if refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		refuse = false
	}))}
	for range 2 {
		fmt.Println(service.PushReports(context.Background(), client, "https://shop.example.com/pushed"))
	}
	// Output:
	// {"Request":{"action":"SMSArrived","smsType":"0","apiVersion":"2013-12-26","content":"TD","fromNum":"13800138000","recvTime":"20261121093000","spCode":"10690000"}}
	// 0 rongliansim: push: the receiver answers HTTP 503
	// {"Request":{"action":"SMSArrived","smsType":"0","apiVersion":"2013-12-26","content":"TD","fromNum":"13800138000","recvTime":"20261121093000","spCode":"10690000"}}
	// 1 <nil>
}
