package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestTheBooksAreTheServicesBill: whatever was sent and lost and reported, the books hold
// the bill that the service's simulator keeps; and to the last millionth of a yuan once
// everything is known.
func TestTheBooksAreTheServicesBill(t *testing.T) {
	t.Parallel()
	for name, make := range services() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("and nothing is lost", func(t *testing.T) {
				t.Parallel()
				b := newBill(t, make(), func() (bool, bool) { return false, false })
				b.play(120)
				b.reports(1)
				require.True(t, b.cost().Exact(), "%v", b.cost())
				require.Equal(t, b.bill(), b.cost().Most)
				require.Positive(t, b.bill())
			})
			t.Run("and answers are lost", func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(2, 2))
				b := newBill(t, make(), func() (bool, bool) { return random.IntN(9) == 0, random.IntN(9) == 0 })
				b.play(120)
				b.within()
				b.reports(0.5)
				b.within()
				b.reports(1)
				if b.within(); b.push == nil {
					return
				}
				require.LessOrEqual(t, b.cost().Least, b.bill())
				require.Equal(t, b.bill(), b.known(), "the texts of which the service has told")
			})
		})
	}
}

// bill is a service whose bill is compared with the books.
type bill struct {
	testing.TB
	*service
	server  *sim.Server
	books   *ledger.Ledger
	sms     provider.Provider
	handler http.Handler
	random  *rand.Rand
	told    int
}

func newBill(t *testing.T, s *service, lose func() (request, answer bool)) *bill {
	t.Helper()
	b := &bill{TB: t, service: s, server: sim.New(sim.Config{}, s), random: rand.New(rand.NewPCG(1, 1))}
	t.Cleanup(b.server.Close)
	var err error
	s.member.Provider, err = s.open(&http.Client{Transport: losing{b.server.Transport(), lose}})
	require.NoError(t, err)
	b.books, err = ledger.New(ledger.Config{Members: []ledger.Member{s.member}})
	require.NoError(t, err)
	b.sms = b.books.Watch(s.member.Provider)
	if s.push != nil {
		b.handler, err = provider.ReportHandler(b.sms, b.books.Reports(nil))
		require.NoError(t, err)
	}
	return b
}

// play sends n texts of all lengths to as many numbers. Some are refused.
func (b *bill) play(n int) {
	for i := range n {
		m := provider.Message{
			To: provider.MustParsePhone(fmt.Sprintf("139%08d", i)), Template: "login", Ref: refOf(i, 1),
			Params: provider.Params{"name": strings.Repeat("王", 1+b.random.IntN(20)), "code": fmt.Sprintf("%06d", i)},
		}
		if b.random.IntN(2) == 0 {
			m.Params["name"] = strings.Repeat("王", 35+b.random.IntN(20)) // around two segments
		}
		if b.random.IntN(9) == 0 {
			m.Template = "unheard of"
		}
		_, _ = b.sms.Send(b.Context(), m) // what became of it is in the books
	}
}

// reports has the service know what became of that part of its texts, and push it, twice.
func (b *bill) reports(part float64) {
	texts := b.server.Texts()
	for last := int(part * float64(len(texts))); b.report != nil && b.told < last; b.told++ {
		b.report(texts[b.told], b.random.IntN(5) == 0)
	}
	if b.push == nil {
		return
	}
	for range 2 {
		_, err := b.push(b.Context(), to(b, b.handler, nil), "https://example.com/reports")
		require.NoError(b, err)
	}
}

func (b *bill) cost() ledger.Range { return b.books.Snapshot(0).Total.Cost }

// within checks that the bill is within what the books say.
func (b *bill) within() {
	b.Helper()
	require.LessOrEqual(b, b.cost().Least, b.bill())
	require.GreaterOrEqual(b, b.cost().Most, b.bill())
}

// known is what the texts cost whose outcome is known.
func (b *bill) known() (sum failover.Money) {
	for _, v := range b.books.Snapshot(1 << 20).Recent {
		if v.Cost.Exact() {
			sum += v.Cost.Most
		}
	}
	return sum
}
