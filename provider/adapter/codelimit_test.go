package adapter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestCodeLimitIsThatOfTemplatesWithACode(t *testing.T) {
	t.Parallel()
	limit := provider.CodeLimit{Least: 4, Most: 6, Remedy: "use six"}
	c, err := adapter.New(adapter.Config{Service: "test", BaseURL: "https://a.invalid", Templates: provider.Templates{
		"code": {ID: "1", Params: []string{"code"}}, "none": {ID: "2", Params: []string{"minutes"}},
	}})
	require.NoError(t, err)
	require.Equal(t, limit, c.CodeLimit("code", limit))
	require.Zero(t, c.CodeLimit("none", limit))
	require.Zero(t, c.CodeLimit("not mapped", limit))
}
