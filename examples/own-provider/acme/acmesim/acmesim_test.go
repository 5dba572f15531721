package acmesim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

func newService() sim.Service {
	return acmesim.New(acmesim.Config{Key: "acme-key", Secret: "acme-secret", Templates: map[string]string{"T1": "Your code is {1}."}})
}

func TestSimulator(t *testing.T) {
	t.Parallel()
	send := request("send", http.MethodPost, "/v1/texts", `{"to":"+8613800138000","template":"T1","values":["042137"],"ref":"order-17"}`)
	send.Texts = 1
	send.Optional = []string{"ref"}
	send.Free = []string{"to", "ref"} // another number is a number, too
	send.Signed = []string{"Acme-Time", "to", "template", "values", "ref"}
	status := request("status", http.MethodGet, "/v1/texts/text-1", "")
	status.Before = []simtest.Request{send}

	simtest.Run(t, simtest.Harness{
		New:      newService,
		Requests: []simtest.Request{send, status, request("balance", http.MethodGet, "/v1/balance", "")},
		Impossible: map[string]func(){
			"Key":    func() { acmesim.New(acmesim.Config{Secret: "acme-secret"}) },
			"Secret": func() { acmesim.New(acmesim.Config{Key: "acme-key"}) },
		},
		Secrets:      []string{"acme-secret"},
		NullIsAbsent: true,
	})
}

// request is signed at the time of the suite's clock.
func request(name, method, path, body string) simtest.Request {
	r := simtest.Request{
		Name: name, Method: method, Path: path, JSON: body, Sign: sign,
		Header: http.Header{"Acme-Key": {"acme-key"}, "Acme-Time": {"1700000000"}},
	}
	r.Sign(&r)
	return r
}

func sign(r *simtest.Request) {
	mac := hmac.New(sha256.New, []byte("acme-secret"))
	mac.Write([]byte(strings.Join([]string{r.Method, r.Path, r.Header.Get("Acme-Time"), r.JSON}, "\n")))
	r.Header.Set("Acme-Sign", hex.EncodeToString(mac.Sum(nil)))
}
