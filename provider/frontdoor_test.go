package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// tree is a composer as programs build it: a wrapped chain with wrapped members
// two levels down.
func tree(members ...provider.Provider) provider.Provider {
	inner := make([]provider.Provider, len(members))
	for i, member := range members {
		inner[i] = &wrapped{&wrapped{member}}
	}
	return &wrapped{group("composer", &plain{"relay"}, &wrapped{group("chain", inner...)})}
}

func receiptOf(name string) provider.Receipt {
	return provider.Receipt{Provider: name, ID: "77", To: provider.MustParsePhone(someNumber), Code: provider.CodeByProvider}
}

func TestVerifyAsksTheProviderOfTheReceipt(t *testing.T) {
	t.Parallel()
	mob, bmob := newAble("mob"), newAble("bmob")
	require.NoError(t, provider.Verify(t.Context(), tree(mob, bmob), receiptOf("bmob"), "042137"))
	require.Equal(t, []string{"verify 77 042137"}, bmob.asked)
	require.Empty(t, mob.asked, "the first that could verify is not asked")
}

func TestVerifyPassesTheAnswerOn(t *testing.T) {
	t.Parallel()
	mob := newAble("mob")
	mob.failure = &provider.Error{Provider: "mob", Op: provider.OpVerify, Kind: provider.KindCodeMismatch}
	err := provider.Verify(t.Context(), tree(mob), receiptOf("mob"), "000000")
	require.ErrorIs(t, err, provider.KindCodeMismatch)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
}

func TestVerifyLeavesTheCallersCodeToTheCaller(t *testing.T) {
	t.Parallel()
	mob := newAble("mob")
	receipt := receiptOf("mob")
	for _, origin := range []provider.CodeOrigin{provider.CodeByCaller, 9} {
		receipt.Code = origin
		err := provider.Verify(t.Context(), tree(mob), receipt, "042137")
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.NotContains(t, err.Error(), "042137")
		require.Empty(t, mob.asked)
	}
}

func TestReadStatusAsksTheProviderOfTheReceipt(t *testing.T) {
	t.Parallel()
	tencent, ihuyi := newAble("tencent"), newAble("ihuyi")
	status, err := provider.ReadStatus(t.Context(), tree(tencent, ihuyi), receiptOf("ihuyi"))
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StateSent, Text: "ihuyi"}, status)
	require.Empty(t, tencent.asked)
}

func TestReadBalancesAsksEveryone(t *testing.T) {
	t.Parallel()
	first, broken, last := newAble("first"), newAble("broken"), newAble("last")
	broken.failure = &provider.Error{Provider: "broken", Op: provider.OpBalance, Kind: provider.KindAuth}
	balances, err := provider.ReadBalances(t.Context(), tree(first, broken, last, first))
	require.ErrorIs(t, err, provider.KindAuth)
	require.Equal(t, []provider.Balance{
		{Provider: "first", Amount: "12.50", Unit: provider.UnitYuan},
		{Provider: "last", Amount: "12.50", Unit: provider.UnitYuan},
	}, balances)
	require.Len(t, first.asked, 1, "a member that stands twice is asked once")

	balances, err = provider.ReadBalances(t.Context(), first)
	require.NoError(t, err)
	require.Len(t, balances, 1)
}

func TestSendManyGoesThroughTheFirstThatCan(t *testing.T) {
	t.Parallel()
	first, second := newAble("first"), newAble("second")
	to := []provider.Phone{provider.MustParsePhone(someNumber), provider.MustParsePhone("+85251234567")}
	results, err := provider.SendMany(t.Context(), tree(first, second), provider.Message{Template: "news"}, to)
	require.NoError(t, err)
	require.Len(t, results, 2)
	for i, result := range results {
		require.NoError(t, result.Err)
		require.Equal(t, to[i], result.To)
		require.Equal(t, "first", result.Receipt.Provider)
	}
	require.Empty(t, second.asked)
}

func TestPullReportsAsksEveryone(t *testing.T) {
	t.Parallel()
	first, broken := newAble("first"), newAble("broken")
	broken.failure = &provider.Error{Provider: "broken", Op: provider.OpReports, Kind: provider.KindUnavailable}
	reports, err := provider.PullReports(t.Context(), tree(broken, first), provider.ReportReply, 10)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Equal(t, []provider.Report{{Provider: "first", Kind: provider.ReportReply}}, reports)

	reports, err = provider.PullReports(t.Context(), first, provider.ReportDelivery, 0)
	require.NoError(t, err)
	require.Len(t, reports, 1)
}

// halfway pulls as many reports as it may, and then fails.
type halfway struct{ plain }

func (h *halfway) PullReports(_ context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	return slices.Repeat([]provider.Report{{Provider: h.name, Kind: kind}}, limit), provider.KindUnavailable
}

// Reports that were pulled are gone from the queue, so none is dropped for an
// error behind them.
func TestPullReportsKeepsWhatCameBeforeAnError(t *testing.T) {
	t.Parallel()
	reports, err := provider.PullReports(t.Context(), tree(&halfway{plain{"halfway"}}), provider.ReportReply, 3)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Len(t, reports, 3)
}

func TestCaptchaIssuerIsFoundByAs(t *testing.T) {
	t.Parallel()
	issuer, ok := provider.As[provider.CaptchaIssuer](tree(&plain{"ihuyi"}, newAble("bmob")))
	require.True(t, ok)
	captcha, err := issuer.IssueCaptcha(t.Context())
	require.NoError(t, err)
	require.Equal(t, "bmob", captcha.Token)
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
				var failure *provider.Error
				require.ErrorAs(t, err, &failure)
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
