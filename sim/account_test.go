package sim_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// paid is a post with an account: each text costs its number of words.
type paid struct {
	post
	*sim.Account

	done int // texts that were carried out
}

func newPaid(cfg sim.AccountConfig) *paid {
	cfg.BalanceCode, cfg.NumberField = "poor", "number"
	return &paid{post: post{"post"}, Account: sim.NewAccount(cfg)}
}

func (p *paid) Judge(c *sim.Call) sim.Outcome {
	o := p.post.Judge(c)
	if len(o.Texts) == 1 {
		o.Cost = len(strings.Fields(o.Texts[0].Text))
	}
	o.Then = func() any { p.done++; return p.done }
	return o
}

func (p *paid) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return text("no " + o.Code)
	}
	return text(fmt.Sprintf("ok %v, %d left", o.Data, p.Left()))
}

func amount(n int) *int { return &n }

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, newPaid(sim.AccountConfig{Balance: amount(5)}))
	b.inject(t, sim.Fault{Code: "busy", Skip: 1})
	require.Equal(t, "ok 1, 3 left", b.send(t, "post", "1 two words").body)
	require.Equal(t, "no busy", b.send(t, "post", "1 two words").body, "what the script refuses costs nothing")
	require.Equal(t, "no poor", b.send(t, "post", "1 these are four words").body)
	exchanges := b.server.Exchanges()
	require.Equal(t, "balance: 3 left, and 4 wanted", exchanges[2].Verdict)
	require.Equal(t, "ok 2, 0 left", b.send(t, "post", "1 all that remains").body)
	require.Equal(t, "no poor", b.send(t, "post", "1 more").body)
}

// TestTheBillIsWhatWasSpent: less what was given back, with and without an end.
func TestTheBillIsWhatWasSpent(t *testing.T) {
	t.Parallel()
	for _, balance := range []*int{nil, amount(5)} {
		p := newPaid(sim.AccountConfig{Balance: balance})
		b := inMemory(t, sim.Config{}, p)
		b.send(t, "post", "1 two words")
		b.send(t, "post", "1 all that remains")
		require.Equal(t, 5, p.Spent())
		p.GiveBack(2)
		require.Equal(t, 3, p.Spent())
		if balance != nil {
			require.Equal(t, 2, p.Left())
			require.Equal(t, "no poor", b.send(t, "post", "1 one too many").body)
		}
		require.Contains(t, b.send(t, "post", "1 two words").body, "ok 3")
		p.GiveBack(-1)
		require.Equal(t, 6, p.Spent())
	}
}

func TestAccountWithoutEnd(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, newPaid(sim.AccountConfig{}))
	require.Equal(t, fmt.Sprintf("ok 1, %d left", sim.Plenty), b.send(t, "post", "1 two words").body)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	morning := time.Date(2025, time.June, 1, 1, 0, 0, 0, time.UTC) // 9 in Beijing
	tests := []struct {
		name  string
		limit sim.Limit
		texts []string        // the number and the text
		after []time.Duration // from the morning on
		want  string          // o: sent, x: refused
		says  string
	}{
		{
			name: "within a minute", limit: sim.Limit{Most: 1, Within: time.Minute}, texts: []string{"1 a", "1 a", "1 a", "2 a"},
			after: []time.Duration{0, time.Minute - 1, time.Minute, time.Minute}, want: "oxoo", says: "number: 1 texts within 1m0s",
		},
		{
			name: "a day in Beijing", limit: sim.Limit{Most: 2}, texts: []string{"1 a", "1 a", "1 a", "1 a"},
			after: []time.Duration{0, time.Hour, 15*time.Hour - 1, 15 * time.Hour}, want: "ooxo", says: "number: 2 texts today",
		},
		{
			name: "like texts", texts: []string{"1 a", "1 b", "1 a"},
			limit: sim.Limit{Most: 1, Within: time.Hour, Like: func(earlier, text sim.Text) bool { return earlier.Text == text.Text }},
			after: []time.Duration{0, 0, 0}, want: "oox", says: "number: 1 texts within 1h0m0s",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := morning
			tt.limit.Code = "often"
			b := inMemory(t, sim.Config{Now: func() time.Time { return now }}, newPaid(sim.AccountConfig{Limits: []sim.Limit{tt.limit}}))
			got := ""
			for i, body := range tt.texts {
				now = morning.Add(tt.after[i])
				answer := b.send(t, "post", body).body
				got += map[bool]string{true: "o", false: "x"}[strings.HasPrefix(answer, "ok ")]
			}
			require.Equal(t, tt.want, got)
			for _, e := range b.server.Exchanges() {
				if e.Verdict != "" {
					require.Equal(t, tt.says, e.Verdict)
				}
			}
		})
	}
}

// The account lets one request pass after the other, whichever of its services is
// asked: nobody gets more than there is.
func TestAccountUnderConcurrency(t *testing.T) {
	t.Parallel()
	const clients = 50
	for _, cfg := range []sim.AccountConfig{
		{Balance: amount(7)},
		{Limits: []sim.Limit{{Code: "often", Most: 7, Within: time.Hour}}},
	} {
		one := newPaid(cfg)
		other := &paid{post: post{"mail"}, Account: one.Account}
		b := inMemory(t, sim.Config{}, one, other)
		var wg sync.WaitGroup
		for client := range clients {
			wg.Go(func() { _ = b.send(t, []string{"post", "mail"}[client%2], "1 word") })
		}
		wg.Wait()
		require.Len(t, b.server.Texts(), 7)
		one.Lock()
		require.Equal(t, 7, one.done+other.done)
		one.Unlock()
	}
}

// Two services of one account share its lock: what one does, the other sees.
func TestSharedAccount(t *testing.T) {
	t.Parallel()
	one := newPaid(sim.AccountConfig{Balance: amount(3)})
	other := &paid{post: post{"mail"}, Account: one.Account}
	b := inMemory(t, sim.Config{}, one, other)
	require.Equal(t, "ok 1, 1 left", b.send(t, "post", "1 two words").body)
	require.Equal(t, "ok 1, 0 left", b.send(t, "mail", "1 one").body)
	require.Equal(t, "no poor", b.send(t, "post", "1 more").body)
}

func TestBlocked(t *testing.T) {
	t.Parallel()
	a := sim.NewAccount(sim.AccountConfig{Blocked: []string{"13800138000"}})
	require.True(t, a.IsBlocked("13800138000"))
	require.False(t, a.IsBlocked("13800138001"))
}

func TestImpossibleAccount(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "sim: AccountConfig.Balance: must not be negative", func() {
		sim.NewAccount(sim.AccountConfig{Balance: amount(-1)})
	})
	require.PanicsWithValue(t, "sim: AccountConfig.Limits: Most must be above 0", func() {
		sim.NewAccount(sim.AccountConfig{Limits: []sim.Limit{{Code: "often"}}})
	})
}

// batch is a service that refuses single numbers, by its account or by the script.
type batch struct{ *paid }

func (b batch) Judge(c *sim.Call) sim.Outcome {
	script, scripted := c.Scripted()
	var o sim.Outcome
	for number := range strings.FieldsSeq(string(c.Body)) {
		text := sim.Text{To: number}
		refused := b.Allow(c.Now, 1, text)
		if scripted && !refused.Refused() {
			refused, scripted = script, false
		}
		if refused.Refused() {
			o.Verdict = refused.Verdict
			continue
		}
		o.Texts = append(o.Texts, text)
	}
	return o
}

func TestBatchWithAVerdictForEachNumber(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, batch{newPaid(sim.AccountConfig{Limits: []sim.Limit{{Code: "often", Most: 1, Within: time.Hour}}})})
	_ = b.send(t, "post", "1")
	b.inject(t, sim.Fault{Code: "busy"})
	_ = b.send(t, "post", "1 2 3")
	e := b.server.Exchanges()[1]
	require.Len(t, e.Accepted, 1)
	require.Equal(t, "3", e.Accepted[0].To)
	require.Equal(t, "scripted refusal", e.Verdict)
	require.Equal(t, 1, e.Fault)
}
