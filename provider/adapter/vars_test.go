package adapter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestVars(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewSend(provider.Message{Params: provider.Params{"code": "042137", "minutes": `5 "&" <b>`}})
	vars, err := call.Vars(provider.Template{ID: "1", Params: []string{"minutes", "code"}})
	require.NoError(t, err)
	require.Equal(t, adapter.Vars{{Name: "minutes", Value: `5 "&" <b>`}, {Name: "code", Value: "042137"}}, vars)
	require.Equal(t, "a=1&minutes=5+%22%26%22+%3Cb%3E&code=042137", append(adapter.Form{{Name: "a", Value: "1"}}, vars...).Encode())

	content, err := json.Marshal(struct {
		Vars adapter.Vars `json:"vars"`
	}{vars})
	require.NoError(t, err)
	require.Equal(t, `{"vars":{"minutes":"5 \"\u0026\" \u003cb\u003e","code":"042137"}}`, string(content))
}

func TestNoVars(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewSend(provider.Message{})
	vars, err := call.Vars(provider.Template{ID: "1"})
	require.NoError(t, err)
	content, err := json.Marshal(vars)
	require.NoError(t, err)
	require.Equal(t, "{}", string(content))
}

func TestVarsThatAreMissing(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewSend(provider.Message{})
	vars, err := call.Vars(provider.Template{ID: "1", Params: []string{"code"}})
	require.Empty(t, vars)
	require.ErrorIs(t, err, provider.KindTemplate)
	require.EqualError(t, err, `test: send: template: Params: missing parameter "code"`)
}
