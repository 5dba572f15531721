package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// counting is a store that counts its answers.
type counting struct {
	otp.Store
	answers map[string]int
}

func (c counting) count(method string, a otp.Answer, err error) (otp.Answer, error) {
	c.answers[method+" "+string(a.Verdict)]++
	return a, err
}

func (c counting) Create(ctx context.Context, in otp.Creation) (otp.Answer, error) {
	a, err := c.Store.Create(ctx, in)
	return c.count("create", a, err)
}

func (c counting) Claim(ctx context.Context, in otp.Claim) (otp.Answer, error) {
	a, err := c.Store.Claim(ctx, in)
	return c.count(map[bool]string{false: "claim", true: "claim by itself"}[in.ByItself], a, err)
}

func (c counting) Settle(ctx context.Context, in otp.Settlement) (otp.Answer, error) {
	a, err := c.Store.Settle(ctx, in)
	return c.count("settle", a, err)
}

func (c counting) Try(ctx context.Context, in otp.Trial) (otp.Answer, error) {
	a, err := c.Store.Try(ctx, in)
	return c.count("try", a, err)
}

func (c counting) Note(ctx context.Context, in otp.News) (otp.Answer, error) {
	a, err := c.Store.Note(ctx, in)
	return c.count("note", a, err)
}

func (c counting) Approve(ctx context.Context, id string) (otp.Answer, error) {
	a, err := c.Store.Approve(ctx, id)
	return c.count("approve", a, err)
}

func (c counting) Cancel(ctx context.Context, in otp.Cancellation) (otp.Answer, error) {
	a, err := c.Store.Cancel(ctx, in)
	return c.count("cancel", a, err)
}

func (c counting) Due(ctx context.Context, limit int) (otp.Listing, error) {
	list, err := c.Store.Due(ctx, limit)
	c.answers[fmt.Sprint("due ", len(list.Records) > 0)]++
	return list, err
}

func (c counting) Person(ctx context.Context, p otp.Person) (otp.Listing, error) {
	list, err := c.Store.Person(ctx, p)
	c.answers[fmt.Sprint(p.Action, " ", len(list.Records) > 0)]++
	return list, err
}

// TestTheRandomStepsComeFar wants each answer that a store may give at least five times in twenty walks: a walk that
// ends at the first door compares nothing.
func TestTheRandomStepsComeFar(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: func() time.Time { return now }})
	require.NoError(t, err)
	c := counting{s, map[string]int{}}
	failure, _ := modelCases[0].run(t.Context, Harness{
		Store: c, Advance: func(d time.Duration) { now = now.Add(d) }, Now: func() time.Time { return now },
	})
	require.Empty(t, failure)
	for _, want := range []string{
		"create done", "create found", "create repeated", "create unknown", "settle done", "settle stale", "settle unknown",
		"claim done", "claim too_early", "claim too_many", "claim arrived", "claim ended", "claim unknown",
		"claim by itself done", "claim by itself stale", "claim by itself ended", "due true", "due false",
		"try done", "try mismatch", "try ask", "try spent", "try ended", "try guessed_out", "try unknown", "approve done", "approve ended",
		"note done", "note stale", "note unknown", "cancel done", "cancel repeated", "cancel ended", "export true", "revoke true", "erase true",
	} {
		require.GreaterOrEqual(t, c.answers[want], 5*seeds/20, "%s in %v", want, c.answers)
	}
}
