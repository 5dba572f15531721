package bmobsim_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// The program under test sends in its own time. The test waits for the text to the
// number that it is about.
func Example_wait() {
	server := sim.New(sim.Config{}, bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key"}))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var program sync.WaitGroup
	program.Go(func() { signUp(ctx, &http.Client{Transport: server.Transport()}, "13900139000", "13800138000") })

	text, err := server.Wait(ctx, 0, func(t sim.Text) bool { return t.To == "+8613800138000" })
	program.Wait()
	fmt.Println(text.Seq, text.Sign, len(text.Code), err)
	// Output: 2 比目科技 6 <nil>
}

// signUp stands for the program under test.
func signUp(ctx context.Context, client *http.Client, numbers ...string) {
	p, err := bmob.New(bmob.Config{AppID: "id", RESTKey: "key", Templates: provider.Templates{"login": {}}, HTTPClient: client})
	for _, number := range numbers {
		if err == nil {
			_, err = p.Send(ctx, provider.Message{To: provider.MustParsePhone(number), Template: "login"})
		}
	}
	if err != nil {
		fmt.Println(err)
	}
}
