package failover_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// The promises of a chain, for scripts that nobody thought of: whatever the
// members do and however often,
//
//   - a send asks at least one member, and none twice;
//   - nobody is asked after an unsure failure of a message without a code;
//   - a receipt is from the member asked last, which accepted;
//   - the error and OnAttempt hold exactly the attempts that were made;
//   - a send that nothing has ended has asked every member that was not skipped.

// drawnReply is one of the ways in which a member can answer.
type drawnReply struct {
	err error // nil: accepts
	unsure,
	panics bool
}

func drawReply(t *rapid.T) drawnReply {
	switch rapid.SampledFrom([]string{"accept", "fail", "fail", "foreign", "panic"}).Draw(t, "reply") {
	case "accept":
		return drawnReply{}
	case "foreign":
		return drawnReply{err: fmt.Errorf("foreign"), unsure: true}
	case "panic":
		return drawnReply{panics: true, unsure: true}
	}
	kind := rapid.SampledFrom(provider.Kinds()).Draw(t, "kind")
	err := &provider.Error{
		Op:          provider.OpSend,
		Kind:        kind,
		Scope:       rapid.SampledFrom([]provider.Scope{0, provider.ScopePhone, provider.ScopeAccount}).Draw(t, "scope"),
		RetryAfter:  rapid.SampledFrom([]time.Duration{0, time.Second, time.Hour}).Draw(t, "retry after"),
		MayHaveSent: rapid.Bool().Draw(t, "unsure"),
	}
	return drawnReply{
		err:    err,
		unsure: err.MayHaveSent,
	}
}

func (d drawnReply) accepts() bool { return d.err == nil && !d.panics }

// endsSend says whether nobody may be asked after this reply.
func (d drawnReply) endsSend(m provider.Message) bool {
	return d.accepts() || d.unsure && m.Params[provider.ParamCode] == ""
}

// ask is one execution: who was asked, and the reply.
type ask struct {
	member string
	reply  drawnReply
}

// drawn is a member that draws its replies.
type drawn struct {
	name string
	t    *rapid.T
	asks *[]ask
}

func (d *drawn) Name() string { return d.name }

func (d *drawn) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	r := drawReply(d.t)
	*d.asks = append(*d.asks, ask{d.name, r})
	if r.panics {
		panic("drawn")
	}
	if r.err != nil {
		return provider.Receipt{}, r.err
	}
	return provider.Receipt{Provider: d.name, ID: "1", To: m.To}, nil
}

func TestChainProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
		var asks []ask
		var seen events
		cfg := failover.ChainConfig{
			Order:     rapid.SampledFrom([]failover.Order{failover.InOrder, failover.Rotating, failover.Weighted}).Draw(t, "order"),
			Rand:      func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "ticket") },
			Now:       func() time.Time { return now },
			OnAttempt: seen.add,
		}
		cfg.Weights = map[string]int{}
		members := make([]failover.Member, rapid.IntRange(1, 5).Draw(t, "members"))
		for i := range members {
			name := fmt.Sprint("m", i)
			cfg.Weights[name] = rapid.IntRange(0, 3).Draw(t, "weight")
			members[i] = failover.Member{
				Provider: &drawn{name, t, &asks},
				Price:    failover.Money(rapid.IntRange(0, 2).Draw(t, "price")),
			}
		}
		chain, err := failover.NewChain(cfg, members...)
		require.NoError(t, err)

		for range rapid.IntRange(1, 12).Draw(t, "sends") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
			m := rapid.SampledFrom([]provider.Message{codeMessage, plainMessage}).Draw(t, "message")
			asks = nil
			receipt, err := chain.Send(context.Background(), m)
			checkSend(t, m, asks, seen.all(), receipt, err)
			if err != nil && !asks[len(asks)-1].reply.endsSend(m) {
				var failed *failover.Error
				require.ErrorAs(t, err, &failed)
				require.Len(t, members, len(asks)+len(failed.Skipped), "everybody was asked or skipped")
			}
		}
	})
}

func checkSend(t *rapid.T, m provider.Message, asks []ask, seen []failover.Attempt, receipt provider.Receipt, err error) {
	require.NotEmpty(t, asks)
	members := make([]string, len(asks))
	unsure := false
	for i, a := range asks {
		members[i] = a.member
		unsure = unsure || a.reply.unsure
		if i < len(asks)-1 {
			require.False(t, a.reply.endsSend(m), "nobody is asked after this")
		}
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(members))), len(asks), "nobody is asked twice")
	require.Equal(t, members, providersOf(seen))

	last := asks[len(asks)-1]
	require.Equal(t, last.reply.accepts(), err == nil)
	if err == nil {
		require.Equal(t, last.member, receipt.Provider)
		return
	}
	var failed *failover.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, seen, failed.Attempts)
	require.Equal(t, unsure, provider.MayHaveSent(err))
	for i, a := range asks {
		if a.reply.err != nil {
			require.ErrorIs(t, failed.Attempts[i].Err, a.reply.err)
		}
	}
}

// The same promises hold for a composer around chains, except that members that
// stand in two places may be asked twice; here none does. Besides: only a first
// attempt asks the relay.
func TestComposerProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var asks []ask
		var seen events
		member := func(name string) failover.Member {
			return failover.Member{Provider: &drawn{name, t, &asks}}
		}
		paid, err := failover.NewChain(failover.ChainConfig{}, member("tencent"), member("ihuyi"))
		require.NoError(t, err)
		composer, err := failover.NewComposer(failover.ComposerConfig{
			First: member("relay"), Retry: failover.Member{Provider: paid}, OnAttempt: seen.add, MaxRetries: 12,
		})
		require.NoError(t, err)
		counts := map[string]int{}
		for range rapid.IntRange(1, 12).Draw(t, "sends") {
			m := rapid.SampledFrom([]provider.Message{codeMessage, plainMessage}).Draw(t, "message")
			counts[m.Template]++
			asks = nil
			receipt, err := composer.Send(context.Background(), m)
			checkSend(t, m, asks, seen.all(), receipt, err)
			relay := slices.IndexFunc(asks, func(a ask) bool { return a.member == "relay" })
			require.Equal(t, counts[m.Template] == 1, relay == 0)
			require.LessOrEqual(t, relay, 0)
		}
	})
}
