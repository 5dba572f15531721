package provider_test

import (
	"context"
	"errors"
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
		require.Equal(t, stop, takeFrom(provider.All(tree), stop))
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

// frontDoors are the front-door functions, each called for a member.
var frontDoors = []struct {
	name string
	op   string
	call func(ctx context.Context, p provider.Provider, member string) error
}{
	{"Verify", provider.OpVerify, func(ctx context.Context, p provider.Provider, member string) error {
		return provider.Verify(ctx, p, receiptOf(member), "042137")
	}},
	{"ReadStatus", provider.OpStatus, func(ctx context.Context, p provider.Provider, member string) error {
		_, err := provider.ReadStatus(ctx, p, receiptOf(member))
		return err
	}},
	{"ReadBalances", provider.OpBalance, func(ctx context.Context, p provider.Provider, _ string) error {
		_, err := provider.ReadBalances(ctx, p)
		return err
	}},
	{"SendMany", provider.OpSend, func(ctx context.Context, p provider.Provider, _ string) error {
		_, err := provider.SendMany(ctx, p, provider.Message{Template: "news"}, nil)
		return err
	}},
	{"PullReports", provider.OpReports, func(ctx context.Context, p provider.Provider, _ string) error {
		_, err := provider.PullReports(ctx, p, provider.ReportDelivery, 0)
		return err
	}},
	{"ReportHandler", provider.OpReports, func(_ context.Context, p provider.Provider, _ string) error {
		_, err := provider.ReportHandler(p, func(context.Context, []provider.Report) error { return nil })
		return err
	}},
}

func TestFrontDoorsAnswerUnsupported(t *testing.T) {
	t.Parallel()
	for _, door := range frontDoors {
		for _, tc := range []struct {
			name   string
			in     provider.Provider
			member string
		}{
			{"plain", &plain{"ihuyi"}, "ihuyi"},
			{"behind wrappers and groups", tree(&plain{"ihuyi"}, &plain{"tencent"}), "tencent"},
			{"empty group", group("chain"), "ihuyi"},
			{"nil", nil, "ihuyi"},
		} {
			t.Run(door.name+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				err := door.call(t.Context(), tc.in, tc.member)
				require.ErrorIs(t, err, errors.ErrUnsupported)
				require.ErrorIs(t, err, provider.KindUnsupported)
				require.False(t, provider.MayHaveSent(err))
				failure := failureOf(t, err)
				require.Equal(t, door.op, failure.Op)
				require.NotEmpty(t, failure.Text)
			})
		}
	}
}

func TestFrontDoorsFindAbilitiesBehindWrappersAndGroups(t *testing.T) {
	t.Parallel()
	for _, door := range frontDoors {
		t.Run(door.name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, door.call(t.Context(), tree(&plain{"ihuyi"}, newAble("able")), "able"))
		})
	}
}

func TestReceiptOfAStrangerIsUnsupported(t *testing.T) {
	t.Parallel()
	member := newAble("mob")
	for _, door := range frontDoors[:2] {
		t.Run(door.name, func(t *testing.T) {
			t.Parallel()
			err := door.call(t.Context(), tree(member), "bmob")
			require.ErrorIs(t, err, errors.ErrUnsupported)
			require.ErrorContains(t, err, "bmob")
			require.ErrorContains(t, err, "no such provider here")
			require.Empty(t, member.asked)
		})
	}
}
