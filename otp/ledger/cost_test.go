package ledger_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestCostsFollowTheTable: every cell of the table in the package comment.
func TestCostsFollowTheTable(t *testing.T) {
	t.Parallel()
	const unknown, exact, nothing = "0 to 0.045", "0.045", "0"
	for bills, want := range map[ledger.Bills][5]string{
		// may have been sent, accepted, delivered, failed, refused
		ledger.Accepted:  {unknown, exact, exact, exact, nothing},
		ledger.Delivered: {unknown, unknown, exact, nothing, nothing},
		ledger.Unknown:   {unknown, unknown, exact, unknown, nothing},
		ledger.Free:      {nothing, nothing, nothing, nothing, nothing},
	} {
		t.Run(bills.String(), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, bills, func(cfg *ledger.Config) {
				if bills == ledger.Free {
					cfg.Members[1].Price = 0
				}
			})
			d.send(d.paid, 1, 1, mayHaveSent())
			d.send(d.paid, 2, 1)
			d.report(delivered(d.send(d.paid, 3, 1)), failed(d.send(d.paid, 4, 1)))
			d.send(d.paid, 5, 1, fake.Refuse(provider.KindTemplate))
			var got [5]string
			for i := range got {
				got[i] = amount(d.verification(i + 1).Cost)
			}
			require.Equal(t, want, got)
		})
	}
}

// TestATextIsInDoubtWhileItIsSent: before the answer, and after a panic, it may be billed.
func TestATextIsInDoubtWhileItIsSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	release := make(chan struct{})
	d.paid.Script(fake.HoldUntil(release))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = d.books.Watch(d.paid).Send(t.Context(), message(refOf(1, 1)))
	}()
	require.Eventually(t, func() bool { return d.total().Texts == 1 }, waits, tick)
	require.Equal(t, "0 to 0.045", amount(d.total().Cost))
	close(release)
	<-done
	require.Equal(t, "0.045", amount(d.total().Cost))

	broken := panics{}
	require.Panics(t, func() { _, _ = d.books.Watch(broken).Send(t.Context(), message(refOf(2, 1))) })
	require.Equal(t, ledger.Unsure, d.verification(2).Texts[0].Outcome)
}

// TestALostAnswerIsFoundByItsRef: a report with the ref settles a text whose answer was
// lost, at the member that it names and no other.
func TestALostAnswerIsFoundByItsRef(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	d.send(d.paid, 1, 1, mayHaveSent())
	d.report(provider.Report{Provider: "phone", Ref: refOf(1, 1), Status: provider.Status{State: provider.StateDelivered}})
	require.Equal(t, "0 to 0.045", amount(d.total().Cost))
	d.report(provider.Report{Provider: "paid", ID: "unheard of", Ref: refOf(1, 1), Status: provider.Status{State: provider.StateDelivered}})
	require.Equal(t, "0.045", amount(d.total().Cost))
	require.Equal(t, 0, d.total().Unsure)
}

// TestReportsComeAsTheyLike: twice, late, in any order, before the answer, of somebody else's
// texts and of no text.
func TestReportsComeAsTheyLike(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	early := provider.Receipt{Provider: "paid", ID: "paid-1", To: phone}
	d.report(failed(early), delivered(early), failed(early))
	require.Zero(t, d.total().Texts)
	require.Equal(t, early.ID, d.send(d.paid, 1, 1).ID)
	require.Equal(t, "0.045", amount(d.total().Cost))

	receipt := d.send(d.paid, 2, 1)
	reply, pending := delivered(receipt), delivered(receipt)
	reply.Kind, pending.Status.State = provider.ReportReply, provider.StatePending
	d.report(reply, pending)
	require.Equal(t, "0 to 0.045", amount(d.verification(2).Cost))
	d.report(failed(receipt))
	require.Equal(t, "0", amount(d.verification(2).Cost))
	d.report(delivered(receipt), failed(receipt), delivered(receipt))
	require.Equal(t, "0.045", amount(d.verification(2).Cost))
	require.Equal(t, 2, d.total().Delivered)
	require.Equal(t, 0, d.total().Failed)
	d.report(provider.Report{Provider: "paid", Status: provider.Status{State: provider.StateDelivered}})
}

// TestEarlyReportsAreBounded: those of texts that never come are forgotten, the oldest first.
func TestEarlyReportsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	first := provider.Receipt{Provider: "paid", ID: "paid-1", To: phone}
	d.report(delivered(first))
	for i := range 1000 {
		d.report(delivered(provider.Receipt{Provider: "paid", ID: idOf(i), To: phone}))
	}
	d.send(d.paid, 1, 1)
	require.Equal(t, "0 to 0.045", amount(d.total().Cost), "its early report is gone")
}

// TestLongTextsCostMore: each segment is paid, the signature counts, and what the service
// itself has counted wins.
func TestLongTextsCostMore(t *testing.T) {
	t.Parallel()
	long := provider.Templates{"login": {Text: strings.Repeat("字", 64) + "{code}"}} // 70 without, 74 with a signature
	cost := func(t *testing.T, change func(m *ledger.Member), m provider.Message) string {
		t.Helper()
		d := newDesk(t, ledger.Accepted, func(cfg *ledger.Config) {
			cfg.Members[1].Texts = long
			change(&cfg.Members[1])
		})
		_, err := d.books.Watch(d.paid).Send(t.Context(), m)
		require.NoError(t, err)
		if total := d.total(); total.Unpriced == 0 {
			return total.Cost.String()
		}
		return "unpriced"
	}
	abroad, other, none := message("a"), message("b"), message("c")
	abroad.To, other.Template, none.Params = provider.MustParsePhone("+1 202 555 0123"), "notice", nil
	require.Equal(t, "0.045", cost(t, func(*ledger.Member) {}, message("")))
	require.Equal(t, "0.09", cost(t, func(m *ledger.Member) { m.Sign = "示例" }, message("")))
	require.Equal(t, "0.045", cost(t, func(m *ledger.Member) { m.Sign, m.PerText = "示例", true }, message("")))
	require.Equal(t, "0.045", cost(t, func(m *ledger.Member) {
		m.Texts = provider.Templates{"login": {Text: strings.Repeat("x", 150) + "{code}"}}
	}, abroad))
	require.Equal(t, "unpriced", cost(t, func(*ledger.Member) {}, other), "no such text")
	require.Equal(t, "0.045", cost(t, func(*ledger.Member) {}, none), "a code of the service's counts as six digits")
	require.Equal(t, "unpriced", cost(t, func(m *ledger.Member) {
		m.Texts = provider.Templates{"login": {Text: "{name}: {code}"}}
	}, none), "a text that cannot be filled in")
	require.Equal(t, "unpriced", cost(t, func(m *ledger.Member) { m.Price = 0 }, message("")))
}

// TestTheServiceCounts: the number of segments in a receipt or a report wins.
func TestTheServiceCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Members[1].Counted = "fee" })
	told := teller{d.paid, map[string]string{"fee": "2"}}
	receipt, err := d.books.Watch(told).Send(t.Context(), message(refOf(1, 1)))
	require.NoError(t, err)
	require.Equal(t, "0.09", amount(d.total().Cost))
	report := delivered(receipt)
	for _, fee := range []string{"3", "", "-1", "many", "1000000"} {
		report.Extra = map[string]string{"fee": fee}
		d.report(report)
		require.Equal(t, "0.135", amount(d.total().Cost), fee)
		require.Equal(t, 3, d.total().Segments)
	}
}
