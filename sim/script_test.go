package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func TestScript(t *testing.T) {
	t.Parallel()
	poor := sim.Fault{Effect: sim.EffectRefuse, Code: "poor"}
	with := func(change func(f *sim.Fault)) sim.Fault {
		f := poor
		change(&f)
		return f
	}
	often := with(func(f *sim.Fault) { f.Code = "often" })
	tests := []struct {
		name   string
		faults []sim.Fault
		want   []string
	}{
		{"none", nil, []string{"ok post-1", "ok post-2"}},
		{"once", []sim.Fault{poor}, []string{"no poor", "ok post-2", "ok post-3"}},
		{"times", []sim.Fault{with(func(f *sim.Fault) { f.Times = 2 })}, []string{"no poor", "no poor", "ok post-3"}},
		{"skip", []sim.Fault{with(func(f *sim.Fault) { f.Skip = 1 })}, []string{"ok post-1", "no poor", "ok post-3"}},
		{
			"skip and times",
			[]sim.Fault{with(func(f *sim.Fault) { f.Skip, f.Times = 1, 2 })},
			[]string{"ok post-1", "no poor", "no poor", "ok post-4"},
		},
		{"forever", []sim.Fault{with(func(f *sim.Fault) { f.Times = sim.Forever })}, []string{"no poor", "no poor", "no poor"}},
		{
			"skip and forever",
			[]sim.Fault{with(func(f *sim.Fault) { f.Skip, f.Times = 2, sim.Forever })},
			[]string{"ok post-1", "ok post-2", "no poor", "no poor"},
		},
		{"a code is for refusals", []sim.Fault{with(func(f *sim.Fault) { f.Effect = sim.EffectDelay })}, []string{"ok post-1", "ok post-2"}},
		{"in order", []sim.Fault{poor, often}, []string{"no poor", "no often", "ok post-3"}},
		{
			"the earlier goes first",
			[]sim.Fault{with(func(f *sim.Fault) { f.Skip = 1 }), with(func(f *sim.Fault) { f.Code, f.Times = "often", sim.Forever })},
			[]string{"no often", "no poor", "no often"},
		},
		{"for this service", []sim.Fault{with(func(f *sim.Fault) { f.Service = "post" })}, []string{"no poor", "ok post-2"}},
		{"for another service", []sim.Fault{with(func(f *sim.Fault) { f.Service = "mail" })}, []string{"ok post-1", "ok post-2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, post{"post"}, post{"mail"})
			for i, f := range test.faults {
				require.Equal(t, i+1, b.inject(t, f), "ids are positions in the script")
			}
			require.Equal(t, test.want, b.bodies(t, "post", len(test.want)))
		})
	}
}

// A refusal that only one of the services has waits for a request to that one.
func TestRefusalWaitsForItsService(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"}, post{"mail"})
	b.inject(t, sim.Fault{Effect: sim.EffectRefuse, Code: "own"})
	require.Equal(t, []string{"ok mail-1"}, b.bodies(t, "mail", 1))
	require.Equal(t, []string{"no own", "ok post-3"}, b.bodies(t, "post", 2))
}

func TestClearFaults(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.inject(t, sim.Fault{Effect: sim.EffectGarbage, Times: sim.Forever})
	b.server.ClearFaults()
	require.Equal(t, []string{"ok post-1"}, b.bodies(t, "post", 1))
	require.Equal(t, 2, b.inject(t, sim.Fault{Effect: sim.EffectGarbage}), "ids are never used again")
}

func TestInjectRefusesWhatCannotHappen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		fault      sim.Fault
	}{
		{"effect", "sim: fault: Effect: no such effect: 42", sim.Fault{Effect: 42}},
		{"effect beyond", "sim: fault: Effect: no such effect: 10", sim.Fault{Effect: sim.EffectReply + 1}},
		{"negative effect", "sim: fault: Effect: no such effect: -1", sim.Fault{Effect: -1}},
		{"skip", "sim: fault: Skip: must not be negative", sim.Fault{Effect: sim.EffectGarbage, Skip: -1}},
		{"times", "sim: fault: Times: want 0 or more, or Forever", sim.Fault{Effect: sim.EffectGarbage, Times: -2}},
		{"delay", "sim: fault: Delay: must not be negative", sim.Fault{Effect: sim.EffectDelay, Delay: -1}},
		{"status", "sim: fault: Status: want an HTTP status from 200 to 999", sim.Fault{Effect: sim.EffectReply, Status: 199}},
		{"status beyond", "sim: fault: Status: want an HTTP status from 200 to 999", sim.Fault{Effect: sim.EffectReply, Status: 1000}},
		{"service", `sim: fault: Service: no service "fax" here`, sim.Fault{Service: "fax", Effect: sim.EffectGarbage}},
		{"code", `sim: fault: Code: no service here has "rich"`, sim.Fault{Code: "rich"}},
		{"code of success", `sim: fault: Code: no service here has "fine"`, sim.Fault{Code: "fine"}},
		{"unlisted without a code", "sim: fault: Unlisted: want a Code with it", sim.Fault{Unlisted: true}},
		{"code of another service", `sim: fault: Code: no service here has "own"`, sim.Fault{Service: "mail", Code: "own"}},
		{
			"kind", `sim: fault: Kind: no service here has a failure of kind "content", scope "none"`,
			sim.Fault{Kind: provider.KindContent},
		},
		{
			"scope", `sim: fault: Kind: no service here has a failure of kind "balance", scope "phone"`,
			sim.Fault{Kind: provider.KindBalance, Scope: provider.ScopePhone},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, post{"post"}, post{"mail"})
			_, err := b.server.Inject(test.fault)
			require.EqualError(t, err, test.want)
			require.Equal(t, []string{"ok post-1"}, b.bodies(t, "post", 1))
		})
	}
}

func TestInjectWithoutServices(t *testing.T) {
	t.Parallel()
	_, err := sim.New(sim.Config{}).Inject(sim.Fault{Effect: sim.EffectGarbage})
	require.EqualError(t, err, "sim: fault: Service: there is no service here")
}

// The same script and the same requests leave the same trace.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	trace := func() ([]sim.Exchange, []sim.Text) {
		b := inMemory(t, sim.Config{Now: noon}, post{"post"}, post{"mail"})
		for effect := sim.EffectResetBefore; effect <= sim.EffectReply; effect++ {
			b.inject(t, sim.Fault{Effect: effect, Skip: int(effect) % 3, Service: []string{"", "post", "mail"}[int(effect)%3]})
		}
		for i := range 20 {
			_ = b.send(t, []string{"post", "mail", "fax"}[i%3], "1 hello")
		}
		return b.server.Exchanges(), b.server.Texts()
	}
	exchanges, messages := trace()
	require.Len(t, exchanges, 20)
	again, messagesAgain := trace()
	require.Equal(t, exchanges, again)
	require.Equal(t, messages, messagesAgain)
}
