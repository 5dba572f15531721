package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// limited is a provider that takes codes of some lengths in one template.
type limited struct {
	*fake.Provider
	limit provider.CodeLimit
}

func (l limited) CodeLimit(template string) provider.CodeLimit {
	if template != "login" {
		return provider.CodeLimit{}
	}
	return l.limit
}

type pair struct {
	*fake.Provider
	members []provider.Provider
}

func (p pair) Providers() []provider.Provider { return p.members }

func TestCheckCodeNamesEveryMemberThatDoesNotTakeTheCode(t *testing.T) {
	t.Parallel()
	both := pair{&fake.Provider{ProviderName: "both"}, []provider.Provider{
		limited{&fake.Provider{ProviderName: "trial"}, provider.CodeLimit{Most: 4, Remedy: "leave the trial"}},
		limited{&fake.Provider{ProviderName: "long"}, provider.CodeLimit{Least: 7}},
		limited{&fake.Provider{ProviderName: "six"}, provider.CodeLimit{Least: 4, Most: 6}},
		&fake.Provider{ProviderName: "any"},
	}}
	err := provider.CheckCode(both, "login", 6)
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, `trial: send: template: a code has 6 digits, and template "login" takes codes of up to 4 digits`)
	require.ErrorContains(t, err, "leave the trial")
	require.ErrorContains(t, err, "7 digits or more")
	require.NotContains(t, err.Error(), "six")
	require.NoError(t, provider.CheckCode(both, "notice", 6))
	require.NoError(t, provider.CheckCode(both.members[2], "login", 4))
	require.ErrorContains(t, provider.CheckCode(both.members[2], "login", 7), "4 to 6 digits")
}

func TestCodeLimitSaysItsBounds(t *testing.T) {
	t.Parallel()
	for want, limit := range map[string]provider.CodeLimit{
		"any length": {}, "7 digits or more": {Least: 7}, "up to 4 digits": {Least: 1, Most: 4}, "4 to 8 digits": {Least: 4, Most: 8},
	} {
		require.Equal(t, want, limit.String())
	}
}
