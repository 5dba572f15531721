package gateway_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

func TestConfigReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := gateway.New(gateway.Config{
		Tokens: []gateway.Token{
			{Name: "a b", Role: 7, Hash: "xyz"},
			{Name: "ok", Role: gateway.RoleSite, Hash: gateway.HashToken("secret-token")},
			{Name: "twin", Role: gateway.RolePhone, Hash: gateway.HashToken("secret-token")},
			{Name: "empty", Role: gateway.RoleSite, Hash: gateway.HashToken("")},
			{Name: "far", Role: gateway.RoleSite, Hash: gateway.HashToken("far-token"), Lanes: []string{"text", "A"}, Countries: []string{"+86"}},
		},
		Quotas: []gateway.Quota{{Limit: 0, Window: -1}}, Lease: -1, TakenFor: -1, CoolFor: -1, ClearAfter: -1, ForgetAfter: time.Second,
	})
	require.ErrorContains(t, err, "gateway: config: Queue: ")
	for _, field := range []string{
		"Tokens[0].Name", "Tokens[0].Role", "Tokens[0].Hash", "Tokens[2].Hash", "Tokens[3].Hash",
		"Tokens[4].Lanes: [1]", "Tokens[4].Countries: [0]",
		"Quotas[0].Limit", "Quotas[0].Window", "Lease", "TakenFor", "CoolFor", "ClearAfter",
	} {
		require.ErrorContains(t, err, "\n"+field+": ")
	}
	require.NotContains(t, err.Error(), gateway.HashToken("secret-token"))

	_, err = gateway.New(gateway.Config{})
	require.ErrorContains(t, err, "\nTokens: ")
	err = gateway.Config{ForgetAfter: time.Hour}.Validate()
	require.ErrorContains(t, err, "\nForgetAfter: ")
	err = gateway.Config{Quotas: []gateway.Quota{}, ClearAfter: time.Second, ForgetAfter: time.Minute}.Validate()
	require.ErrorContains(t, err, "ForgetAfter: ", "a job that a phone may still take is not forgotten")
}

func TestHashToken(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("shop-token"))
	require.Equal(t, hex.EncodeToString(sum[:]), gateway.HashToken("shop-token"))
}

func TestRolesHaveNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "site", gateway.RoleSite.String())
	require.Equal(t, "phone", gateway.RolePhone.String())
	require.Equal(t, "operator", gateway.RoleOperator.String())
	require.Equal(t, "Role(0)", gateway.Role(0).String())
}
