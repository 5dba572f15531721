package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/facts"
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

// A refusal has the words of its row, wherever that is, unless somebody says more.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		judge sim.Outcome
		fault sim.Fault
		want  string
	}{
		{"of the row", sim.Refuse("poor", "number: x"), sim.Fault{}, "poor: no money left"},
		{"of another table", sim.Refuse("late", "number: x"), sim.Fault{}, "late: too late"},
		{"of nobody", sim.Refuse("strange", "number: x"), sim.Fault{}, "strange: "},
		{"the service's own", sim.Outcome{Code: "poor", Words: "pay"}, sim.Fault{}, "poor: pay"},
		{"scripted", sim.Outcome{}, sim.Fault{Code: "poor"}, "poor: no money left"},
		{"scripted, of another table", sim.Outcome{}, sim.Fault{Code: "late"}, "late: too late"},
		{"scripted, of a run", sim.Outcome{}, sim.Fault{Code: "7042"}, "7042: out of order"},
		{"scripted, of a family", sim.Outcome{}, sim.Fault{Code: "Odd.One"}, "Odd.One: odd"},
		{"scripted, other words", sim.Outcome{}, sim.Fault{Code: "poor", Text: "pay for 13800138000"}, "poor: pay for 13800138000"},
		{"scripted, in no table", sim.Outcome{}, sim.Fault{Code: "new", Unlisted: true, Text: "what?"}, "new: what?"},
		{"scripted, but the service refuses", sim.Refuse("late", "number: x"), sim.Fault{Code: "poor"}, "late: too late"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, wordy{post{"post"}, tt.judge})
			if tt.fault.Code != "" {
				b.inject(t, tt.fault)
			}
			require.Equal(t, tt.want, b.send(t, "post", "").body)
			require.Empty(t, b.server.Texts())
		})
	}
}

// wordy decides always the same, and answers the code and the words.
type wordy struct {
	post

	outcome sim.Outcome
}

func (w wordy) Codes() facts.Codes {
	return facts.MustParseCodes(`
		poor      | balance     | no money left
		7000-7099 | unavailable | out of order
		Odd.*     | config      | odd
		[check]
		late      | code expired | too late
	`)
}

func (w wordy) Judge(*sim.Call) sim.Outcome                 { return w.outcome }
func (w wordy) Answer(_ *sim.Call, o sim.Outcome) sim.Reply { return text(o.Code + ": " + o.Words) }

// A page is sent as it is, and the script does not change it.
func TestPage(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.inject(t, sim.Fault{Code: "poor"})
	got := b.send(t, "post", "nonsense")
	require.Equal(t, http.StatusBadRequest, got.status)
	require.Equal(t, "no sense", got.body)
	require.Equal(t, 1, b.server.Exchanges()[0].Fault, "the fault met the request all the same")
}

func TestFirstRefusal(t *testing.T) {
	t.Parallel()
	asked := 0
	check := func(o sim.Outcome) func(*sim.Call, string) sim.Outcome {
		return func(_ *sim.Call, request string) sim.Outcome {
			require.Equal(t, "request", request)
			asked++
			return o
		}
	}
	o := sim.FirstRefusal(nil, "request", check(sim.Outcome{}), check(sim.Refuse("1", "x: y")), check(sim.Refuse("2", "x: y")))
	require.Equal(t, "1", o.Code)
	require.Equal(t, 2, asked)
	require.False(t, sim.FirstRefusal(nil, "request", check(sim.Outcome{})).Refused())
}
