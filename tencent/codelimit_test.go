package tencent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestCodeTemplatesTakeUpToSixDigits(t *testing.T) {
	t.Parallel()
	cfg := newConfig(nil)
	cfg.Templates = provider.Templates{
		"login": {ID: "1", Params: []string{"code"}}, "notice": {ID: "2", Params: []string{"code"}}, "news": {ID: "3"},
	}
	cfg.Notices = []string{"notice"}
	p := newProvider(t, cfg)
	require.NoError(t, provider.CheckCode(p, "login", 6))
	require.ErrorContains(t, provider.CheckCode(p, "login", 7), "up to 6 digits")
	require.NoError(t, provider.CheckCode(p, "notice", 8))
	require.NoError(t, provider.CheckCode(p, "news", 8), "a template without a code")
}
