package ledger_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
)

// instant is a provider that takes no time.
type instant struct{}

func (instant) Name() string { return "instant" }
func (instant) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: "instant", ID: m.Ref, To: m.To}, nil
}

// BenchmarkWatch is what the books add to a text: its entry, its answer and its report.
func BenchmarkWatch(b *testing.B) {
	books, err := ledger.New(ledger.Config{Members: []ledger.Member{
		{Provider: instant{}, Price: 60 * failover.Li, Bills: ledger.Delivered, Texts: texts},
	}})
	require.NoError(b, err)
	sms, handle := books.Watch(instant{}), books.Reports(nil)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := message(refOf(i, 1))
		receipt, err := sms.Send(b.Context(), m)
		if err == nil {
			err = handle(b.Context(), []provider.Report{delivered(receipt)})
		}
		if err != nil {
			b.Fatal(strconv.Itoa(i), err)
		}
	}
}
