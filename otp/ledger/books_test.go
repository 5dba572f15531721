package ledger_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestTotalsAreTheSumOfTheLines: whatever happens in whatever order, by whatever
// goroutine, the totals are what the verifications add up to.
func TestTotalsAreTheSumOfTheLines(t *testing.T) {
	t.Parallel()
	for _, bills := range []ledger.Bills{ledger.Accepted, ledger.Delivered, ledger.Unknown} {
		d := newDesk(t, bills)
		together(8, func(worker int) {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			for n := worker * 100; n < worker*100+50; n++ {
				d.live(random, n)
			}
		})
		s := d.books.Snapshot(1 << 20)
		var cost, instead, saved ledger.Range
		verified, sent := 0, 0
		add := func(sum *ledger.Range, r ledger.Range) { sum.Least, sum.Most = sum.Least+r.Least, sum.Most+r.Most }
		for _, v := range s.Recent {
			add(&cost, v.Cost)
			add(&instead, v.Instead)
			add(&saved, v.Saved)
			before := sent
			for _, text := range v.Texts {
				if text.Outcome != ledger.Refused {
					sent++
				}
			}
			if v.Verified && sent > before {
				verified++
			}
		}
		require.Equal(t, []ledger.Range{cost, instead, saved}, []ledger.Range{s.Total.Cost, s.Total.Instead, s.Total.Saved})
		require.Equal(t, []int{verified, sent}, []int{s.Total.Verified, s.Total.Texts})
		require.Len(t, s.Days, 1)
		require.Equal(t, s.Total, s.Days[0].Totals)
		require.Positive(t, verified)
	}
}

// live plays one random verification.
func (d *desk) live(random *rand.Rand, n int) {
	for send := 1; send <= 1+random.IntN(3); send++ {
		for _, member := range []*fake.Provider{d.free, d.paid} {
			results := []fake.Result{fake.Accept(), fake.Refuse(provider.KindUnknown), mayHaveSent()}
			receipt := d.send(member, n, send, results[random.IntN(len(results))])
			for range random.IntN(3) {
				d.report([]provider.Report{delivered(receipt), failed(receipt)}[random.IntN(2)])
			}
		}
	}
	if random.IntN(2) == 0 {
		d.books.Note(d.Context(), otp.Event{Kind: otp.EventVerified, ID: idOf(n), Purpose: "login"})
	}
}

// TestMemoryIsBounded: what is pushed out stays in the totals as it was, and later reports
// of it change nothing.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered, func(cfg *ledger.Config) { cfg.Recent = 3 })
	var receipts []provider.Receipt
	for n := range 10 {
		receipts = append(receipts, d.send(d.paid, n, 1))
	}
	d.report(delivered(receipts[0]), delivered(receipts[9]))
	s := d.books.Snapshot(100)
	require.Equal(t, "0.045 to 0.45", amount(s.Total.Cost))
	require.Len(t, s.Recent, 3)
	require.Equal(t, []string{idOf(9), idOf(8), idOf(7)}, []string{s.Recent[0].ID, s.Recent[1].ID, s.Recent[2].ID})
	require.Len(t, d.books.Snapshot(2).Recent, 2)
	_, kept := d.books.Verification(idOf(6))
	require.False(t, kept)
	_, kept = d.books.Verification("")
	require.False(t, kept)
}

// TestAnAnswerAfterItsLineIsGone still counts.
func TestAnAnswerAfterItsLineIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Recent = 1 })
	release, done := make(chan struct{}), make(chan struct{})
	d.paid.Script(fake.HoldUntil(release))
	go func() {
		defer close(done)
		_, _ = d.books.Watch(d.paid).Send(t.Context(), message(refOf(1, 1)))
	}()
	require.Eventually(t, func() bool { return d.total().Texts == 1 }, waits, tick)
	d.send(d.free, 2, 1)
	close(release)
	<-done
	require.Equal(t, "0.045", amount(d.total().Cost))
}

// TestDaysAreThoseOfBeijing: a day begins at four in the afternoon of UTC, and the oldest
// ones are given up.
func TestDaysAreThoseOfBeijing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Days = 2 })
	for n, at := range []string{"2026-11-28T15:59:59Z", "2026-11-28T16:00:00Z", "2026-11-30T15:00:00Z", "2026-11-28T12:00:00Z"} {
		var err error
		d.now, err = time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		d.send(d.paid, n, 1)
	}
	s := d.books.Snapshot(0)
	require.Len(t, s.Days, 2)
	require.Equal(t, []string{"2026-11-29", "2026-11-30"}, []string{s.Days[0].Date, s.Days[1].Date})
	require.Equal(t, "0.045", amount(s.Days[0].Cost))
	require.Equal(t, "0.18", amount(s.Total.Cost))
	require.Equal(t, []ledger.ProviderTotals{{Provider: "paid", Bills: "accepted", Counts: s.Total.Counts}}, s.Providers)
}

// TestTextsWithoutAVerification count in the totals and stand in no list.
func TestTextsWithoutAVerification(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	for _, ref := range []string{"", "", "order 17"} {
		receipt, err := d.books.Watch(d.paid).Send(t.Context(), message(ref))
		require.NoError(t, err)
		d.report(delivered(receipt))
	}
	s := d.books.Snapshot(10)
	require.Empty(t, s.Recent)
	require.Equal(t, "0.135", amount(s.Total.Cost))
	require.Equal(t, []int{0, 3}, []int{s.Total.Verifications, s.Total.Sends})
}

// TestNothingSecretInTheBooks: neither number nor code, and after an erasure no trace of
// the person, while the money stays.
func TestNothingSecretInTheBooks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	receipt := d.send(d.paid, 1, 1)
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventVerified, ID: idOf(1), Purpose: "login", Phone: phone})
	shown := func() string {
		written, err := json.Marshal(d.books.Snapshot(10))
		require.NoError(t, err)
		return string(written) + fmt.Sprintf("%v %+v %#v %v", d.books, d.books, d.books, d.books.Watch(d.paid))
	}
	require.Contains(t, shown(), "138****8000")
	require.NotContains(t, shown(), "13800138000")
	require.NotContains(t, shown(), "042137")
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventErased, Phone: provider.MustParsePhone("13800138001")})
	require.Contains(t, shown(), idOf(1))
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventErased, Phone: phone})
	require.NotContains(t, shown(), "138****8000")
	require.NotContains(t, shown(), idOf(1))
	d.report(delivered(receipt))
	require.Equal(t, "0.045", amount(d.total().Cost))
	require.Equal(t, 1, d.total().Verified)
}

// TestTheJSONForPages: names and amounts, which pages of other programs read.
func TestTheJSONForPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	d.send(d.free, 1, 1, mayHaveSent())
	d.report(delivered(d.send(d.paid, 1, 1)))
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventVerified, ID: idOf(1), Purpose: "login"})
	s := d.books.Snapshot(1)
	s.Days, s.Providers = nil, s.Providers[:1]
	written, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, `{"instead_provider":"paid",
		"total":{"texts":2,"unsure":1,"refused":0,"delivered":1,"failed":0,"segments":1,"unpriced":0,"cost":{"least":"0.045","most":"0.045"},
			"verifications":1,"verified":1,"sends":1,"lost":0,"free":0,
			"instead":{"least":"0.045","most":"0.045"},"saved":{"least":"0","most":"0"}},
		"providers":[{"provider":"paid","bills":"delivered","texts":1,"unsure":0,"refused":0,"delivered":1,"failed":0,"segments":1,
			"unpriced":0,"cost":{"least":"0.045","most":"0.045"}}],
		"days":null,
		"recent":[{"id":"`+idOf(1)+`","purpose":"login","phone":"138****8000","started":"2026-11-28T09:00:00Z","verified":true,
			"texts":[{"provider":"phone","send":1,"at":"2026-11-28T09:00:00Z","outcome":"unsure","segments":0,"cost":{"least":"0","most":"0"}},
				{"provider":"paid","send":1,"at":"2026-11-28T09:00:00Z","outcome":"delivered","segments":1,"cost":{"least":"0.045","most":"0.045"}}],
			"cost":{"least":"0.045","most":"0.045"},"instead":{"least":"0.045","most":"0.045"},"saved":{"least":"0","most":"0"}}]}`, string(written))
}

// TestAGuessAtAnIDLeavesThePurpose has a service tell of a code for an id by somebody who is not
// its holder, for whom there is no purpose.
func TestAGuessAtAnIDLeavesThePurpose(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	d.send(d.paid, 1, 1)
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventSent, ID: idOf(1), Purpose: "login"})
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventWrongCode, ID: idOf(1)})
	require.Equal(t, "login", d.verification(1).Purpose)
}
