package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// balance is what a verification cost, had cost and saved.
func balance(v ledger.Verification) [3]string {
	return [3]string{v.Cost.String(), v.Instead.String(), v.Saved.String()}
}

// TestWhatAFreeTextSaves: it saves what the paid member had wanted for it, as far as it is
// known to have arrived.
func TestWhatAFreeTextSaves(t *testing.T) {
	t.Parallel()
	for bills, want := range map[ledger.Bills][4][3]string{
		// accepted, delivered, failed, the only one of a verified number
		ledger.Accepted:  {{"0", "0.045", "0.045"}, {"0", "0.045", "0.045"}, {"0", "0.045", "0.045"}, {"0", "0.045", "0.045"}},
		ledger.Delivered: {{"0", "0 to 0.045", "0 to 0.045"}, {"0", "0.045", "0.045"}, {"0", "0", "0"}, {"0", "0.045", "0.045"}},
		ledger.Unknown:   {{"0", "0 to 0.045", "0 to 0.045"}, {"0", "0.045", "0.045"}, {"0", "0 to 0.045", "0 to 0.045"}, {"0", "0.045", "0.045"}},
	} {
		t.Run(bills.String(), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, bills)
			d.send(d.free, 1, 1)
			d.report(delivered(d.send(d.free, 2, 1)), failed(d.send(d.free, 3, 1)))
			d.send(d.free, 4, 1)
			d.books.Note(t.Context(), otp.Event{Kind: otp.EventVerified, ID: idOf(4), Purpose: "login"})
			var got [4][3]string
			for i := range got {
				got[i] = balance(d.verification(i + 1))
			}
			require.Equal(t, want, got)
			require.Equal(t, 4, d.total().Sends)
			require.Equal(t, 1, d.total().Lost)
			require.Equal(t, 3, d.total().Free)
			require.InDelta(t, 1, d.total().FreeShare(), 0)
		})
	}
}

// TestWhatAPaidTextSaves: nothing at the same member, and the difference at another one.
// Members that were tried with one text are one send.
func TestWhatAPaidTextSaves(t *testing.T) {
	t.Parallel()
	dear := &fake.Provider{ProviderName: "dear"}
	d := newDesk(t, ledger.Delivered, func(cfg *ledger.Config) {
		cfg.Members = append(cfg.Members, ledger.Member{Provider: dear, Price: 2 * price, Bills: ledger.Accepted, PerText: true})
	})
	d.send(d.free, 1, 1, mayHaveSent())
	d.send(d.paid, 1, 1)
	require.Equal(t, [3]string{"0 to 0.045", "0 to 0.045", "0"}, balance(d.verification(1)), "whatever it costs, it saves nothing")

	d.send(d.free, 2, 1)
	d.send(dear, 2, 2)
	d.books.Note(t.Context(), otp.Event{Kind: otp.EventVerified, ID: idOf(2)})
	require.Equal(t, [3]string{"0.09", "0 to 0.09", "-0.09 to 0"}, balance(d.verification(2)), "which of the two arrived is not known")

	d.send(d.free, 3, 1, fake.Refuse(provider.KindUnavailable))
	d.send(d.paid, 3, 1, fake.Refuse(provider.KindUnavailable))
	require.Equal(t, [3]string{"0", "0", "0"}, balance(d.verification(3)))
	d.send(d.paid, 4, 1, mayHaveSent())
	d.report(delivered(d.send(dear, 4, 1)))
	require.Equal(t, [3]string{"0.09 to 0.135", "0 to 0.045", "-0.09"}, balance(d.verification(4)))
	total := d.total()
	require.Equal(t, []int{3, 1, 4, 1}, []int{total.Verifications, total.Verified, total.Sends, total.Free})
	require.InDelta(t, 0.25, total.FreeShare(), 1e-9)
}

// TestInsteadIsTheFirstPaidMember: or the one that is named, or nobody.
func TestInsteadIsTheFirstPaidMember(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	require.Equal(t, "paid", d.books.Snapshot(0).Instead)
	d = newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Instead = "phone" })
	require.Equal(t, "phone", d.books.Snapshot(0).Instead)
	d.send(d.paid, 1, 1)
	require.Equal(t, [3]string{"0.045", "0", "-0.045"}, balance(d.verification(1)))
	d = newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Members = cfg.Members[:1] })
	require.Empty(t, d.books.Snapshot(0).Instead)
	d.send(d.free, 1, 1)
	require.Equal(t, [3]string{"0", "0", "0"}, balance(d.verification(1)))
	d = newDesk(t, ledger.Accepted, func(cfg *ledger.Config) { cfg.Members[1].Price = 0 })
	d.send(d.free, 1, 1)
	d.send(d.paid, 2, 1)
	require.Equal(t, [3]string{"0", "0", "0"}, balance(d.verification(2)), "what has no price saves nothing")
	require.Equal(t, 1, d.total().Unpriced)
	require.Equal(t, 1, d.total().Free, "what has no price is not free")
}
