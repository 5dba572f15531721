package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestNamesOfEnums(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		value interface{ String() string }
		want  string
	}{
		{"caller", provider.CodeByCaller, "caller"},
		{"provider", provider.CodeByProvider, "provider"},
		{"no origin", provider.CodeOrigin(9), "CodeOrigin(9)"},
		{"messages", provider.UnitMessages, "messages"},
		{"zero unit", provider.BalanceUnit(0), "messages"},
		{"yuan", provider.UnitYuan, "yuan"},
		{"no unit", provider.BalanceUnit(-1), "BalanceUnit(-1)"},
		{"unknown", provider.StateUnknown, "unknown"},
		{"pending", provider.StatePending, "pending"},
		{"sent", provider.StateSent, "sent"},
		{"delivered", provider.StateDelivered, "delivered"},
		{"failed", provider.StateFailed, "failed"},
		{"no state", provider.State(42), "State(42)"},
		{"delivery", provider.ReportDelivery, "delivery"},
		{"reply", provider.ReportReply, "reply"},
		{"no scope", provider.ScopeNone, "none"},
		{"phone", provider.ScopePhone, "phone"},
		{"account", provider.ScopeAccount, "account"},
		{"bad scope", provider.Scope(3), "Scope(3)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.value.String())
		})
	}
}
