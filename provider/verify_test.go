package provider_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

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
