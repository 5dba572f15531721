package ledger_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func Example() {
	ctx := context.Background()
	oldPhone := &fake.Provider{ProviderName: "relay"} // in a program, relay.New and aliyun.NewVerification
	paid := &fake.Provider{ProviderName: "aliyun-verification"}
	books, err := ledger.New(ledger.Config{Members: []ledger.Member{
		{Provider: oldPhone, Bills: ledger.Free},
		{Provider: paid, Price: 60 * failover.Li, Bills: ledger.Delivered, Texts: provider.Templates{
			"login": {Text: "您的验证码为{code}，请于5分钟内正确输入。", Sign: "速通互联验证码"},
		}},
	}})
	if err != nil {
		panic(err)
	}
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: books.Watch(oldPhone)},
		Retry: failover.Member{Provider: books.Watch(paid)},
	})
	if err != nil {
		panic(err)
	}
	codes, err := otp.New(otp.Config{
		Sender: composer, Key: "a key of thirty-two bytes and more", Purposes: otp.Purposes{"login": {}}, OnEvent: books.Note,
	})
	if err != nil {
		panic(err)
	}

	v, err := codes.Start(ctx, otp.StartRequest{Purpose: "login", Phone: "13800138000", Binding: "session"})
	if err != nil {
		panic(err)
	}
	code := oldPhone.CodeFor(provider.MustParsePhone("13800138000")) // as the user reads it
	if _, err := codes.Check(ctx, otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: "session", Code: code}); err != nil {
		panic(err)
	}
	line, _ := books.Verification(v.ID)
	fmt.Println(line.Phone, "cost", line.Cost, "yuan, and saved", line.Saved)
	// Output: 138****8000 cost 0 yuan, and saved 0.06
}
