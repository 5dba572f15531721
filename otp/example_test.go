package otp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// The whole use. Without a Guard and a Store the service has both in memory. In a program sender is
// a failover.Composer, and session a random secret in an HttpOnly cookie.
func ExampleService() {
	ctx, sender, key := context.Background(), &fake.Provider{}, provider.Secret(strings.Repeat("random ", 5))
	r, typed, session := &http.Request{RemoteAddr: "203.0.113.7:4711"}, "138 0013 8000", "a secret of the user's session"
	code := func() string { return sender.CodeFor(provider.MustParsePhone(typed)) } // as the user reads it

	// five lines: begin
	codes, err := otp.New(otp.Config{Sender: sender, Key: key, Purposes: otp.Purposes{"login": {}}})
	must(err)
	v, err := codes.Start(ctx, otp.StartRequest{Purpose: "login", Phone: typed, Binding: session, Client: r.RemoteAddr})
	must(err)
	done, err := codes.Check(ctx, otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: session, Code: code()}) // done.Phone
	// five lines: end

	fmt.Println(v.Sent, done.Phone, err)
	// Output: true 138****8000 <nil>
}

// A site mounts the handler and says what a verified number is good for.
func ExampleHandler() {
	sender, key := &fake.Provider{}, provider.Secret(strings.Repeat("random ", 5))
	codes, err := otp.New(otp.Config{Sender: sender, Key: key, Purposes: otp.Purposes{"login": {}}})
	must(err)
	h, err := otp.NewHandler(otp.HandlerConfig{Service: codes, OnVerified: func(w http.ResponseWriter, _ *http.Request, done otp.Checked) error {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "a new one", Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		fmt.Println("logged in:", done.Phone)
		return nil
	}})
	must(err)
	mux := http.NewServeMux()
	mux.Handle("/codes/", http.StripPrefix("/codes", h))

	var cookie string
	ask := func(path, body string) string { // as the page's script does
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, strings.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/json"}, "Accept-Language": {"en"}, "Cookie": {cookie}}
		mux.ServeHTTP(w, r)
		cookie, _, _ = strings.Cut(w.Header().Get("Set-Cookie"), ";")
		return w.Body.String()
	}
	var v struct{ ID, Message string }
	must(json.Unmarshal([]byte(ask("/codes/start", `{"purpose":"login","phone":"138 0013 8000"}`)), &v))
	fmt.Println(v.Message)
	code := sender.CodeFor(provider.MustParsePhone("13800138000"))
	fmt.Print(ask("/codes/check", `{"purpose":"login","id":"`+v.ID+`","code":"`+code+`"}`))
	// Output:
	// A code has been sent. It is valid for 10 minutes.
	// logged in: 138****8000
	// {"verified":true,"message":"Your number is verified."}
}

func ExampleWords_For() {
	err := &otp.Error{Code: otp.Wait, Rule: "resend", RetryAfter: 42 * time.Second}
	fmt.Println(otp.Words("zh-CN,en;q=0.5").For(err))
	fmt.Println(otp.Words("en").For(err))
	// Output:
	// 验证码已发送，请 42 秒后再试
	// A code has been sent. Try again in 42 seconds.
}

// A program with several processes gives the service a guard. Here all is in memory; a
// shared guard.Store and otp.Store make of it one for all processes.
func ExampleConfig_guard() {
	free, paid := &fake.Provider{ProviderName: "old phone"}, &fake.Provider{ProviderName: "paid"}
	sender, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: free}, Retry: failover.Member{Provider: paid},
	})
	must(err)
	rules := guard.DefaultRules()
	rules.Money = 500 // fen that texts to strangers may cost in 24 hours
	g, err := guard.New(guard.Config{Key: []byte(strings.Repeat("another ", 4)), Rules: &rules})
	must(err)
	codes, err := otp.New(otp.Config{
		Sender: sender, Key: provider.Secret(strings.Repeat("random ", 5)), Guard: g,
		Purposes: otp.Purposes{"login": {Lifetime: 5 * time.Minute}},
	})
	must(err)

	for _, session := range []string{"the owner's", "a stranger's"} {
		_, err = codes.Start(context.Background(), otp.StartRequest{
			Purpose: "login", Phone: "138 0013 8000", Binding: session, Client: "203.0.113.7",
		})
		var refused *otp.Error
		switch {
		case err == nil:
			fmt.Println("sent")
		case errors.As(err, &refused) && refused.Code == otp.Wait:
			fmt.Println(refused.Rule, "in", refused.RetrySeconds(), "seconds")
		default:
			panic(err)
		}
	}
	// Output:
	// sent
	// R1 in 60 seconds
}
