package sim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// pigeon is a service that takes "number text" at /pigeon.
type pigeon struct{}

func (pigeon) Name() string              { return "pigeon" }
func (pigeon) Owns(r *http.Request) bool { return r.URL.Path == "/pigeon" }
func (pigeon) Codes() facts.Codes {
	return facts.MustParseCodes("no-corn | balance | the pigeons are hungry")
}

func (pigeon) Judge(c *sim.Call) sim.Outcome {
	to, text, ok := strings.Cut(string(c.Body), " ")
	if !ok {
		return sim.Refuse("no-sense", "body: want a number, a space and a text")
	}
	return sim.Accept(sim.Text{ID: fmt.Sprintf("pigeon-%d", c.Seq), To: to, Text: text})
}

func (pigeon) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	body := "refused: " + o.Code
	if !o.Refused() {
		body = "flying: " + o.Texts[0].ID
	}
	return sim.Reply{Status: http.StatusOK, ContentType: "text/plain", Body: []byte(body)}
}

// A server plays a service, records the texts, and plays scripted faults.
// Everything works in memory; sim.Start and Listen use a real port.
func Example() {
	server := sim.New(sim.Config{}, pigeon{})
	defer server.Close()
	client := &http.Client{Transport: server.Transport()}
	send := func(body string) {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL()+"/pigeon", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		response, err := client.Do(r)
		if err != nil {
			fmt.Println("the connection broke")
			return
		}
		defer func() { _ = response.Body.Close() }()
		answer, _ := io.ReadAll(response.Body)
		fmt.Println(string(answer))
	}
	for _, fault := range []sim.Fault{
		{Skip: 1, Effect: sim.EffectRefuse, Kind: provider.KindBalance},
		{Effect: sim.EffectResetAfter, Skip: 1},
	} {
		if _, err := server.Inject(fault); err != nil {
			fmt.Println(err)
		}
	}

	send("+8613800138000 Your code is 042137.")
	send("+8613800138000 Your code is 042137.")
	send("+8613800138000 Your code is 042137.")
	for _, m := range server.Texts() {
		fmt.Println(m.Seq, m.To, m.Code)
	}
	// Output:
	// flying: pigeon-1
	// refused: no-corn
	// the connection broke
	// 1 +8613800138000 042137
	// 2 +8613800138000 042137
}
