package provider_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestStatusPrintsItsKindByName(t *testing.T) {
	t.Parallel()
	status := provider.Status{State: provider.StateFailed, Kind: provider.KindBlocked}
	require.Contains(t, fmt.Sprintf("%+v", status), "State:failed Kind:blocked")
	text, jsonLine := logBoth(t, status.Kind)
	require.Contains(t, text, "value=blocked")
	require.Contains(t, jsonLine, `"value":"blocked"`)
}

func TestReadStatusAsksTheProviderOfTheReceipt(t *testing.T) {
	t.Parallel()
	tencent, ihuyi := newAble("tencent"), newAble("ihuyi")
	status, err := provider.ReadStatus(t.Context(), tree(tencent, ihuyi), receiptOf("ihuyi"))
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StateSent, Text: "ihuyi"}, status)
	require.Empty(t, tencent.asked)
}
