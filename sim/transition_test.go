package sim_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// oldPost is a post that has not moved.
type oldPost struct {
	sim.Old

	name string
}

func (p oldPost) Name() string              { return p.name }
func (p oldPost) Owns(r *http.Request) bool { return post{p.name}.Owns(r) }

func (oldPost) Refusals() []sim.Refusal {
	return []sim.Refusal{
		{Code: "poor", Kind: provider.KindBalance, Text: "no money left"},
		{Code: "often", Kind: provider.KindThrottled, Scope: provider.ScopePhone, MayHaveSent: true},
		{Code: "poor", Kind: provider.KindConfig},
	}
}

func (oldPost) Serve(c *sim.Call) {
	if refusal, ok := c.Refusal(); ok {
		c.Explain("scripted %s", refusal.Code)
		c.ReplyJSON(http.StatusOK, "text/plain", refusal.Code+" "+refusal.Text)
		return
	}
	m := c.Accept(sim.Text{ID: "1"})
	c.Reply(http.StatusOK, "text/plain", []byte("ok "+m.Service))
	c.ReplyHeader("X-Old", "1")
}

// A simulator that has not moved works beside one that has.
func TestOldService(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, oldPost{name: "old"}, post{"post"})
	got := b.send(t, "old", "")
	require.Equal(t, "ok old", got.body)
	require.Equal(t, "1", got.header.Get("X-Old"))
	require.Equal(t, "ok post-2", b.send(t, "post", "1 hello").body)
	require.Len(t, b.server.Texts(), 2)

	b.inject(t, sim.Fault{Service: "old", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "slow down"})
	require.Equal(t, `"often slow down"`, b.send(t, "old", "").body)
	b.inject(t, sim.Fault{Service: "old", Code: "poor"})
	require.Equal(t, `"poor no money left"`, b.send(t, "old", "").body)
	require.Equal(t, "scripted poor", b.server.Exchanges()[3].Verdict)

	row, ok := sim.CodesOf(oldPost{}).Lookup("often")
	require.True(t, ok)
	require.True(t, row.MayHaveSent)
	refusal, ok := sim.FindRefusal(oldPost{}.Refusals(), "poor")
	require.True(t, ok)
	require.Equal(t, provider.KindBalance, refusal.Kind)
	_, ok = sim.FindRefusal(nil, "poor")
	require.False(t, ok)
}
