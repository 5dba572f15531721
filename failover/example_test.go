package failover_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// A user's first code goes out free through a relay. The user who asks again
// gets it through a paid provider, and so does everybody while the relay has no
// phone.
func ExampleNewComposer() {
	relay := &fake.Provider{ProviderName: "relay"} // stands for relay.New
	tencent := &fake.Provider{ProviderName: "tencent"}

	sms, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: relay},
		Retry: failover.Member{Provider: tencent, Price: 45 * failover.Li},
		OnAttempt: func(_ context.Context, a failover.Attempt) {
			fmt.Printf("  %s: attempt %d of the user, %s yuan, error: %v\n", a.Provider, a.UserAttempt, a.Cost, a.Err)
		},
		OnStoreError: func(_ context.Context, err error) { fmt.Println("  counting failed, so this one is paid:", err) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	user := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	}
	other := user
	other.To = provider.MustParsePhone("13900139000")
	send := func(m provider.Message) {
		receipt, err := sms.Send(ctx, m)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("sent by", receipt.Provider)
	}

	fmt.Println("A user clicks.")
	send(user)
	fmt.Println("The user clicks again.")
	send(user)
	fmt.Println("The user's code was right. The next day the user clicks.")
	if err := sms.Forget(ctx, user.To, user.Template); err != nil {
		fmt.Println(err)
	}
	send(user)
	fmt.Println("The phone is off. Somebody else clicks.")
	relay.Otherwise(fake.Refuse(provider.KindUnavailable))
	send(other)

	// Output:
	// A user clicks.
	//   relay: attempt 1 of the user, 0 yuan, error: <nil>
	// sent by relay
	// The user clicks again.
	//   tencent: attempt 2 of the user, 0.045 yuan, error: <nil>
	// sent by tencent
	// The user's code was right. The next day the user clicks.
	//   relay: attempt 1 of the user, 0 yuan, error: <nil>
	// sent by relay
	// The phone is off. Somebody else clicks.
	//   relay: attempt 1 of the user, 0 yuan, error: relay: send: unavailable
	//   tencent: attempt 1 of the user, 0.045 yuan, error: <nil>
	// sent by tencent
}

// A chain goes on from member to member, unless nobody could do better or the
// user might get the message twice.
func ExampleNewChain() {
	ihuyi := &fake.Provider{ProviderName: "ihuyi"}
	tencent := &fake.Provider{ProviderName: "tencent"}
	chain, err := failover.NewChain(failover.ChainConfig{Name: "paid", Cooldown: failover.NoCooldown},
		failover.Member{Provider: ihuyi}, failover.Member{Provider: tencent})
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := provider.MustParsePhone("13800138000")
	code := provider.Message{To: phone, Template: "login", Params: provider.Params{"code": "042137"}}
	notice := provider.Message{To: phone, Template: "delivery", Params: provider.Params{"day": "Tuesday"}}
	send := func(m provider.Message) {
		receipt, err := chain.Send(context.Background(), m)
		if err != nil {
			fmt.Println(err)
			fmt.Println("may have been sent:", provider.MayHaveSent(err))
			return
		}
		fmt.Println("sent by", receipt.Provider)
	}

	silent := fake.Fail(provider.Error{Kind: provider.KindUnavailable, Text: "no answer", MayHaveSent: true})
	ihuyi.Script(silent, silent, fake.Refuse(provider.KindContent))

	send(code)   // the same code twice is harmless
	send(notice) // the same notice twice is not
	send(notice) // a word that one service refuses, another may take

	// Output:
	// sent by tencent
	// paid: 1 attempt failed: ihuyi: send: unavailable: no answer (may have been sent)
	// may have been sent: true
	// sent by tencent
}

// Mainland codes, other mainland texts and numbers abroad have accounts of their
// own.
func ExampleNewRouter() {
	codes := &fake.Provider{ProviderName: "tencent-codes"}
	marketing := &fake.Provider{ProviderName: "tencent-marketing"}
	abroad := &fake.Provider{ProviderName: "ihuyi-international"}
	router, err := failover.NewRouter(failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Templates: []string{"login", "reset"}, Provider: codes},
		failover.Rule{Countries: []string{"86"}, Provider: marketing},
		failover.Rule{Countries: []string{"852", "853", "886"}, Provider: abroad},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range []provider.Message{
		{To: provider.MustParsePhone("13800138000"), Template: "login"},
		{To: provider.MustParsePhone("13800138000"), Template: "sale"},
		{To: provider.MustParsePhone("+852 5123 4567"), Template: "login"},
		{To: provider.MustParsePhone("+1 202 555 0123"), Template: "login"},
	} {
		receipt, err := router.Send(context.Background(), m)
		if errors.Is(err, provider.KindUnsupported) {
			fmt.Println(err)
			continue
		}
		fmt.Println("sent by", receipt.Provider)
	}

	// Output:
	// sent by tencent-codes
	// sent by tencent-marketing
	// sent by ihuyi-international
	// router: no attempt made: send: unsupported: no rule for country 1 and template "login"
}

// Two replicas of a program count in one store, so whichever of them a user comes to,
// the second attempt is the paid one. Replicas on several machines bring a store of
// their own; package failovertest checks it.
func ExampleAttemptStore() {
	store, err := failover.NewMemoryStore(failover.MemoryStoreConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
	}
	for range 2 {
		replica, err := failover.NewComposer(failover.ComposerConfig{
			First:    failover.Member{Provider: &fake.Provider{ProviderName: "relay"}},
			Retry:    failover.Member{Provider: &fake.Provider{ProviderName: "tencent"}},
			Name:     "sms",
			Attempts: store,
			Key:      "the-same-for-all-replicas",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		receipt, err := replica.Send(context.Background(), message)
		fmt.Println(receipt.Provider, err)
	}
	// Output:
	// relay <nil>
	// tencent <nil>
}

// Composers nest: a first attempt goes to the relay, and what the relay cannot do goes
// to a chain of paid services. An error lists all attempts in one line.
func ExampleNewComposer_overChain() {
	relay := &fake.Provider{ProviderName: "relay"}
	ihuyi := &fake.Provider{ProviderName: "ihuyi"}
	tencent := &fake.Provider{ProviderName: "tencent"}
	relay.Script(fake.Refuse(provider.KindUnavailable))
	ihuyi.Script(fake.Refuse(provider.KindBalance))
	tencent.Script(fake.Refuse(provider.KindSignature))

	paid, err := failover.NewChain(failover.ChainConfig{Name: "paid"}, failover.Member{Provider: ihuyi}, failover.Member{Provider: tencent})
	if err != nil {
		fmt.Println(err)
		return
	}
	sms, err := failover.NewComposer(failover.ComposerConfig{First: failover.Member{Provider: relay}, Retry: failover.Member{Provider: paid}})
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := provider.MustParsePhone("13800138000")
	_, err = sms.Send(context.Background(), provider.Message{To: phone, Template: "login", Params: provider.Params{"code": "042137"}})
	fmt.Println(err)
	fmt.Println("top up an account:", errors.Is(err, provider.KindBalance))
	// Output:
	// failover: 3 attempts failed: (1) relay: send: unavailable (2) ihuyi: send: balance (3) tencent: send: signature
	// top up an account: true
}
