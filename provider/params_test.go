package provider_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestParamsPrintNamesOnly(t *testing.T) {
	t.Parallel()
	params := provider.Params{provider.ParamCode: "042137", "minutes": "10", "name": "Zhang Wei"}
	const want = "map[code:*** minutes:*** name:***]"
	for _, verb := range verbs {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, fmt.Sprintf(verb, params))
			require.Contains(t, fmt.Sprintf(verb, provider.Message{Params: params}), want)
			require.Contains(t, fmt.Sprintf(verb, []provider.Params{params}), want)
			require.Equal(t, "map[]", fmt.Sprintf(verb, provider.Params(nil)))
		})
	}
}
