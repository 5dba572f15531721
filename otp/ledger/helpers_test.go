package ledger_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const price = 45 * failover.Li

var (
	phone = provider.MustParsePhone("13800138000")
	texts = provider.Templates{"login": {Text: "您的验证码是{code}，5分钟内有效。", Sign: "示例"}}
)

// desk is a ledger with a free and a paid member, and what they were given.
type desk struct {
	testing.TB
	books      *ledger.Ledger
	free, paid *fake.Provider
	now        time.Time
}

func newDesk(tb testing.TB, bills ledger.Bills, change ...func(*ledger.Config)) *desk {
	tb.Helper()
	d := &desk{
		TB: tb, free: &fake.Provider{ProviderName: "phone"}, paid: &fake.Provider{ProviderName: "paid"},
		now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC),
	}
	cfg := ledger.Config{
		Members: []ledger.Member{
			{Provider: d.free, Bills: ledger.Free},
			{Provider: d.paid, Price: price, Bills: bills, Texts: texts},
		},
		Now: func() time.Time { return d.now },
	}
	for _, each := range change {
		each(&cfg)
	}
	var err error
	d.books, err = ledger.New(cfg)
	require.NoError(tb, err)
	return d
}

// idOf is the id of the nth verification, refOf the ref of one of its texts.
func idOf(n int) string { return fmt.Sprintf("%026d", n) }

func refOf(n, send int) string { return fmt.Sprintf("%s%02d", idOf(n), send) }

func message(ref string) provider.Message {
	return provider.Message{To: phone, Template: "login", Params: provider.Params{"code": "042137"}, Ref: ref}
}

// send gives a text of verification n to a member; failures are those of the script.
func (d *desk) send(to *fake.Provider, n, number int, results ...fake.Result) provider.Receipt {
	to.Script(results...)
	receipt, _ := d.books.Watch(to).Send(d.Context(), message(refOf(n, number)))
	return receipt
}

func (d *desk) report(reports ...provider.Report) {
	d.Helper()
	require.NoError(d, d.books.Reports(nil)(d.Context(), reports))
}

func delivered(r provider.Receipt) provider.Report {
	return provider.Report{Provider: r.Provider, ID: r.ID, Phone: r.To, Status: provider.Status{State: provider.StateDelivered}}
}

func failed(r provider.Receipt) provider.Report {
	report := delivered(r)
	report.Status.State = provider.StateFailed
	return report
}

func mayHaveSent() fake.Result {
	return fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true})
}

func (d *desk) verification(n int) ledger.Verification {
	d.Helper()
	v, ok := d.books.Verification(idOf(n))
	require.True(d, ok)
	return v
}

func (d *desk) total() ledger.Totals { return d.books.Snapshot(0).Total }

// amount reads a range: "0.045", or "0 to 0.045".
func amount(r ledger.Range) string { return r.String() }

// together runs f in n goroutines and waits for them.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
