package ledger_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestNewNamesEveryProblem at once.
func TestNewNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := ledger.New(ledger.Config{})
	require.ErrorContains(t, err, "Members: want one at least")
	sms := &fake.Provider{}
	chain, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: sms})
	require.NoError(t, err)
	_, err = ledger.New(ledger.Config{
		Members: []ledger.Member{
			{},
			{Provider: (*fake.Provider)(nil)},
			{Provider: chain, Price: -1},
			{Provider: sms, Bills: 9, Texts: provider.Templates{"": {}}},
			{Provider: sms, Bills: ledger.Free, Price: 1},
		},
		Instead: "nobody", Recent: -1, Days: -1,
	})
	for _, want := range []string{
		"Members[0].Provider: must not be nil", "Members[1].Provider: must not be nil", `Members[2].Provider: "chain" is a composer`,
		"Members[2].Price: must not be negative", "Members[3].Bills: there is no Bills(9)", "Members[3].Texts:",
		"Members[4].Price: what is free has none", `Members[4].Provider: "fake" is there twice`, `Instead: "nobody"`, "Recent:", "Days:",
	} {
		require.ErrorContains(t, err, want)
	}
}

// TestWatchIsInvisible: abilities are found through it, and one provider is watched once.
func TestWatchIsInvisible(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	reader := &fake.BalanceReader{}
	w := d.books.Watch(reader)
	require.Equal(t, "fake", w.Name())
	found, ok := provider.As[provider.BalanceReader](w)
	require.True(t, ok)
	require.Same(t, reader, found)
	require.Same(t, w, d.books.Watch(reader))
	require.NotPanics(t, func() { d.books.Watch(teller{}) }, "what Go cannot compare")
	_, err := w.Send(t.Context(), message("a"))
	require.NoError(t, err)
	require.Equal(t, 1, d.total().Unpriced, "nobody has told its price")
	_, err = d.books.Watch(plain{}).Send(t.Context(), message("b"))
	require.ErrorIs(t, err, errPlain)
	require.Equal(t, 1, d.total().Unsure, "an error that says nothing may have sent")
}

// TestNoteFollowsAService: a whole verification, its report by way of the event.
func TestNoteFollowsAService(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: d.books.Watch(d.free)}, Retry: failover.Member{Provider: d.books.Watch(d.paid)},
	})
	require.NoError(t, err)
	codes, err := otp.New(otp.Config{
		Sender: composer, Key: "a key of thirty-two bytes and more", Purposes: otp.Purposes{"login": {}}, OnEvent: d.books.Note,
		Guard: otp.NoGuard,
	})
	require.NoError(t, err)
	ask := otp.StartRequest{Purpose: "login", Phone: "13800138000", Binding: "session"}
	d.free.Script(fake.Refuse(provider.KindUnavailable))
	v, err := codes.Start(t.Context(), ask)
	require.NoError(t, err)
	require.NoError(t, codes.Note(t.Context(), []provider.Report{failed(d.paid.Attempts()[0].Receipt)}))
	require.NoError(t, codes.Note(t.Context(), []provider.Report{delivered(d.paid.Attempts()[0].Receipt)}))
	_, err = codes.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: "session", Code: d.paid.CodeFor(phone)})
	require.NoError(t, err)
	line, ok := d.books.Verification(v.ID)
	require.True(t, ok)
	require.True(t, line.Verified)
	require.Equal(t, "login", line.Purpose)
	require.Equal(t, []string{"0.045", "0.045", "0"}, []string{line.Cost.String(), line.Instead.String(), line.Saved.String()})

	v, err = codes.Start(t.Context(), ask)
	require.NoError(t, err)
	require.NoError(t, codes.Cancel(t.Context(), v.ID, "login", "session"))
	line, _ = d.books.Verification(v.ID)
	require.True(t, line.Canceled)
	_, err = codes.ErasePhone(t.Context(), "13800138000")
	require.NoError(t, err)
	require.Empty(t, d.books.Snapshot(10).Recent)
}

// TestReportsGoOn: the next handler has all reports, and its error is the answer.
func TestReportsGoOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Accepted)
	err := d.books.Reports((&failing{}).handle)(t.Context(), []provider.Report{{}})
	require.ErrorIs(t, err, errPlain)
}

// TestTheTextForPeople says what is known and what is not.
func TestTheTextForPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t, ledger.Delivered)
	d.report(delivered(d.send(d.free, 1, 1)), delivered(d.send(d.paid, 2, 1)))
	d.send(d.paid, 3, 1)
	_, err := d.books.Watch(&fake.Provider{}).Send(t.Context(), message(refOf(4, 1)))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, d.books.WriteText(&out))
	require.Equal(t, `4 verifications, 0 verified; 4 texts asked for, 0 known not to have arrived
1 sent free: 25.0 %
cost 0.045 to 0.09 yuan, and 1 texts without a price; by paid alone 0.09 to 0.18 yuan; saved 0.045 to 0.09 yuan

day         provider  bills      texts  unsure  refused  delivered  failed  segments  yuan
2026-11-28  fake      unknown    1      0       0        0          0       0         0
2026-11-28  paid      delivered  2      0       0        1          0       2         0.045 to 0.09
2026-11-28  phone     free       1      0       0        1          0       0         0
all         fake      unknown    1      0       0        0          0       0         0
all         paid      delivered  2      0       0        1          0       2         0.045 to 0.09
all         phone     free       1      0       0        1          0       0         0
`, out.String())
	require.Error(t, d.books.WriteText(brokenWriter{}))
	require.Zero(t, ledger.Sums{}.FreeShare())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }
