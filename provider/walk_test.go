package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// names lists what All yields.
func names(p provider.Provider) []string {
	var out []string
	for member := range provider.All(p) {
		out = append(out, member.Name())
	}
	return out
}

func TestAll(t *testing.T) {
	t.Parallel()
	relay, ihuyi, tencent := &plain{"relay"}, &plain{"ihuyi"}, &plain{"tencent"}
	loose := uncomparable{plainValue{"loose"}, map[string]string{}}
	for _, tc := range []struct {
		name string
		in   provider.Provider
		want []string
	}{
		{"nil", nil, nil},
		{"one", relay, []string{"relay"}},
		{"wrapped twice", &wrapped{&wrapped{relay}}, []string{"relay", "relay", "relay"}},
		{"group", group("chain", ihuyi, tencent), []string{"chain", "ihuyi", "tencent"}},
		{
			"nested, outermost first",
			group("composer", &wrapped{relay}, group("chain", ihuyi, tencent)),
			[]string{"composer", "relay", "relay", "chain", "ihuyi", "tencent"},
		},
		{"group of nobody", group("chain"), []string{"chain"}},
		{"nil members are skipped", group("chain", nil, ihuyi, nil), []string{"chain", "ihuyi"}},
		{
			"the first choice is the last resort too",
			group("composer", relay, group("chain", ihuyi, relay)),
			[]string{"composer", "relay", "chain", "ihuyi"},
		},
		{"same name, two providers", group("chain", &plain{"ihuyi"}, &plain{"ihuyi"}), []string{"chain", "ihuyi", "ihuyi"}},
		{"values that do not compare", group("chain", loose, loose), []string{"chain", "loose", "loose"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, names(tc.in))
		})
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	t.Parallel()
	tree := group("composer", &wrapped{&plain{"relay"}}, group("chain", &plain{"ihuyi"}, &plain{"tencent"}))
	total := len(names(tree))
	for stop := 1; stop <= total; stop++ {
		seen := 0
		for range provider.All(tree) {
			seen++
			if seen == stop {
				break
			}
		}
		require.Equal(t, stop, seen)
	}
}

func TestAllEndsOnACircle(t *testing.T) {
	t.Parallel()
	circle := group("chain", &plain{"ihuyi"})
	circle.members = append(circle.members, circle)
	require.Equal(t, []string{"chain", "ihuyi"}, names(circle))
}

func TestAs(t *testing.T) {
	t.Parallel()
	first, second := newAble("first"), newAble("second")
	tree := group("composer", &plain{"relay"}, &wrapped{group("chain", &wrapped{first}, second)})

	verifier, ok := provider.As[provider.Verifier](tree)
	require.True(t, ok)
	require.Same(t, first, verifier)

	own, ok := provider.As[*plain](tree)
	require.True(t, ok, "an adapter's own type is found as well")
	require.Equal(t, "relay", own.Name())

	outer, ok := provider.As[provider.Group](tree)
	require.True(t, ok)
	require.Same(t, tree, outer)

	_, ok = provider.As[provider.Verifier](&wrapped{&plain{"relay"}})
	require.False(t, ok)
	_, ok = provider.As[provider.Verifier](nil)
	require.False(t, ok)
}

func TestFind(t *testing.T) {
	t.Parallel()
	relay, ihuyi := &plain{"relay"}, &plain{"ihuyi"}
	tree := group("chain", relay, &wrapped{&wrapped{ihuyi}})

	found, ok := provider.Find(tree, "ihuyi")
	require.True(t, ok)
	require.Same(t, ihuyi, found, "the one that the wrappers wrap")

	found, ok = provider.Find(tree, "chain")
	require.True(t, ok)
	require.Same(t, tree, found)

	found, ok = provider.Find(group("relay", relay), "relay")
	require.True(t, ok)
	require.Same(t, relay, found, "the member, where the group has its name")

	_, ok = provider.Find(tree, "nobody")
	require.False(t, ok)
	_, ok = provider.Find(nil, "relay")
	require.False(t, ok)
}
