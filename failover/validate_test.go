package failover_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// wantProblems requires that the error names the composer, by its default name,
// and these problems, and no other.
func wantProblems(t *testing.T, err error, composer string, want ...string) {
	t.Helper()
	require.Error(t, err)
	problems, found := strings.CutPrefix(err.Error(), composer+": config: ")
	require.True(t, found, err)
	require.Equal(t, want, strings.Split(problems, "\n"))
}

// A program has many composers; whoever finds a problem in a log has to know
// whose it is.
func TestProblemsNameTheComposer(t *testing.T) {
	t.Parallel()
	_, err := failover.NewChain(failover.ChainConfig{Name: "paid"})
	require.EqualError(t, err, "paid: config: members: want at least one")
	require.EqualError(t, failover.ChainConfig{Name: "paid", Order: 7}.Validate(), "paid: config: Order: no such order")
	_, err = failover.NewRouter(failover.RouterConfig{Name: "by country"})
	require.EqualError(t, err, "by country: config: rules: want at least one")
	_, err = failover.NewComposer(failover.ComposerConfig{Name: "sms"})
	require.EqualError(t, err, "sms: config: First.Provider: must not be nil\nRetry.Provider: must not be nil")
}

func TestChainProblems(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c", "")
	priced := newChain(t, failover.ChainConfig{Name: "inner"}, f.member("c"))
	bad := f.member("a")
	bad.Timeout, bad.Cooldown, bad.Price = -1, -2, -1
	bad.Limits = failover.Limits{DailyBudget: -1, LowBalance: "few"}
	weights := map[string]int{"a": -1, "b": 1_000_001, "inner": 1_000_000, "c": 1}
	_, err := failover.NewChain(failover.ChainConfig{Order: 7, Cooldown: -5, Weights: weights},
		failover.Member{},
		failover.Member{Provider: (*scripted)(nil), Limits: failover.Limits{LowBalance: "1"}},
		failover.Member{Provider: f.members[""]},
		bad,
		failover.Member{Provider: f.members["b"], Limits: failover.Limits{DailyBudget: 1}},
		failover.Member{Provider: priced, Price: 2, Limits: failover.Limits{DailyBudget: 1, LowBalance: "1"}},
	)
	wantProblems(t, err, "chain",
		"Order: no such order",
		`Weights["a"]: want 0 to 1000000`,
		`Weights["b"]: want 0 to 1000000`,
		"Cooldown: must not be negative",
		`Weights["c"]: no member has a provider of this name`,
		"members[0].Provider: must not be nil",
		"members[1].Provider: must not be nil",
		"members[2].Provider: has no name; was it made with its package's New, and the error checked?",
		"members[3].Timeout: must not be negative",
		"members[3].Cooldown: must not be negative",
		"members[3].Price: must not be negative",
		"members[3].Limits.DailyBudget: must not be negative",
		"members[3].Limits.LowBalance: want a decimal number above 0, such as 500 or 12.50",
		"members[3].Limits.LowBalance: the provider does not read balances",
		"members[4].Limits.DailyBudget: needs a Price",
		"members[5].Price: the provider is a composer; its members have prices",
		"members[5].Limits.DailyBudget: is less than the Price of one message",
		"members[5].Limits.LowBalance: the provider is a composer; its members have accounts",
	)
	_, err = failover.NewChain(failover.ChainConfig{})
	wantProblems(t, err, "chain", "members: want at least one")

	// Weights go by name.
	inner := func(name string) failover.Member {
		return failover.Member{Provider: newChain(t, failover.ChainConfig{}, f.member(name))}
	}
	_, err = failover.NewChain(failover.ChainConfig{Name: "outer", Weights: map[string]int{"chain": 2}}, inner("a"), inner("b"))
	wantProblems(t, err, "outer", `Weights["chain"]: several members have a provider of this name; give each its own`)
}

func TestComposerProblems(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	_, err := failover.NewComposer(failover.ComposerConfig{
		First:        failover.Member{Timeout: -1},
		Window:       -time.Second,
		StoreTimeout: -time.Second,
		Attempts:     (*failover.MemoryStore)(nil),
	})
	wantProblems(t, err, "failover",
		"First.Provider: must not be nil",
		"First.Timeout: must not be negative",
		"Retry.Provider: must not be nil",
		"Window: must not be negative",
		"StoreTimeout: must not be negative",
		"Attempts: is a nil pointer",
	)
	_, err = failover.NewComposer(failover.ComposerConfig{First: f.member("a"), Retry: f.member("a")})
	wantProblems(t, err, "failover", "Retry.Provider: is the one that First has")
}

func TestRouterProblems(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	_, err := failover.NewRouter(failover.RouterConfig{},
		failover.Rule{Countries: []string{"+86", "", "1"}, Templates: []string{"login", ""}, Provider: f.members["a"]},
		failover.Rule{Provider: f.members["a"]},
		failover.Rule{Templates: []string{"sale"}},
	)
	wantProblems(t, err, "router",
		`rules[0].Countries: "+86" is no country calling code, such as 86`,
		`rules[0].Countries: "" is no country calling code, such as 86`,
		"rules[0].Templates: has an empty name",
		"rules[1]: takes every message, so the rules after it are never reached; put it last",
		"rules[2].Provider: must not be nil",
	)
	_, err = failover.NewRouter(failover.RouterConfig{})
	wantProblems(t, err, "router", "rules: want at least one")
}

// Receipts find their provider by name, so no two providers may share one.
func TestDuplicateNames(t *testing.T) {
	t.Parallel()
	const because = "; receipts find their provider by name"
	const setName = because + ": set Config.Name of one of them"
	f := newFleet("a", "b", "chain")
	twin := failover.Member{Provider: newFleet("a").members["a"]}
	chainOf := func(name string, members ...failover.Member) failover.Member {
		return failover.Member{Provider: newChain(t, failover.ChainConfig{Name: name}, members...)}
	}
	routerOf := func(rules ...failover.Rule) (*failover.Router, error) {
		return failover.NewRouter(failover.RouterConfig{}, rules...)
	}
	for _, test := range []struct {
		name     string
		build    func() error
		composer string
		want     []string
	}{
		{"chain, another provider of that name", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, f.member("a"), f.member("b"), twin)
			return err
		}, "chain", []string{`members[2].Provider: members[0] also has a provider named "a"` + setName}},
		{"chain, the same provider again", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, f.member("a"), chainOf("inner", f.member("b"), f.member("a")))
			return err
		}, "chain", []string{`members[1].Provider: members[0] also has a provider named "a"` + because + ", and it is the same one: take it out of one of them"}},
		{"chain, behind a wrapper", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, f.member("a"), failover.Member{Provider: wrapped{twin.Provider}})
			return err
		}, "chain", []string{`members[1].Provider: members[0] also has a provider named "a"` + setName}},
		{"chain, inside one group", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: foreignGroup{f.members["a"], twin.Provider, ""}})
			return err
		}, "chain", []string{`members[0].Provider: members[0] also has a provider named "a"` + setName}},
		{"its own name", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, f.member("a"), f.member("chain"))
			return err
		}, "chain", []string{`Name: a composer and a provider are both named "chain"` + because}},
		{"the name of a composer inside", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, f.member("a"), chainOf("b", f.member("chain")), f.member("b"))
			return err
		}, "chain", []string{
			`Name: a composer and a provider are both named "chain"` + because,
			`Name: a composer and a provider are both named "b"` + because,
		}},
		{"composer", func() error {
			_, err := failover.NewComposer(failover.ComposerConfig{First: f.member("a"), Retry: chainOf("paid", f.member("b"), twin)})
			return err
		}, "failover", []string{`Retry.Provider: First also has a provider named "a"` + setName}},
		{"router", func() error {
			_, err := routerOf(failover.Rule{Countries: []string{"86"}, Provider: f.members["a"]}, failover.Rule{Provider: twin.Provider})
			return err
		}, "router", []string{`rules[1].Provider: rules[0] also has a provider named "a"` + setName}},

		{"composer, the same provider again", func() error {
			_, err := failover.NewComposer(failover.ComposerConfig{First: f.member("a"), Retry: chainOf("paid", f.member("b"), f.member("a"))})
			return err
		}, "", nil},
		{"router, the same provider again", func() error {
			_, err := routerOf(
				failover.Rule{Countries: []string{"86"}, Provider: chainOf("home", f.member("a"), f.member("b")).Provider},
				failover.Rule{Provider: f.members["a"]},
			)
			return err
		}, "", nil},
		{"composers of the same name", func() error {
			_, err := failover.NewChain(failover.ChainConfig{}, chainOf("", f.member("a")), chainOf("", f.member("b")))
			return err
		}, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.build()
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			wantProblems(t, err, test.composer, test.want...)
		})
	}
}

// Values that Go cannot compare do not make constructors panic.
func TestUncomparableProviders(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	first := uncomparable{f.members["a"], nil}
	second := uncomparable{f.members["b"], nil}
	_, err := failover.NewComposer(failover.ComposerConfig{First: failover.Member{Provider: first}, Retry: failover.Member{Provider: second}})
	require.NoError(t, err)
	_, err = failover.NewRouter(failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Provider: first}, failover.Rule{Provider: first})
	require.ErrorContains(t, err, `rules[0] also has a provider named "a"`)
}

type uncomparable struct {
	provider.Provider
	tags map[string]string
}
