package adapter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value string
		limit int
		kind  error
		names string
	}{
		{name: "just within the limit", value: strings.Repeat("长", 9), limit: 10},
		{name: "a character too many", value: strings.Repeat("长", 10), limit: 10, kind: provider.KindContent, names: "test: send: content: Text: 11 characters"},
		{name: "no limit", value: strings.Repeat("长", 10)},
		{name: "empty", kind: provider.KindContent, names: "test: send: content: Text: is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			template := provider.Template{Text: "{value}"}
			if tt.value != "" {
				template.Text = "：{value}"
			}
			call := newClient(t, adapter.Config{}).NewSend(provider.Message{Params: provider.Params{"value": tt.value}})
			text, err := call.Text(template, tt.limit)
			if tt.kind == nil {
				require.NoError(t, err)
				require.Equal(t, "："+tt.value, text)
				return
			}
			require.ErrorIs(t, err, tt.kind)
			require.ErrorContains(t, err, tt.names)
			require.Empty(t, text)
		})
	}
}

func TestTextWithoutItsParameter(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, adapter.Config{}).NewSend(provider.Message{}).Text(provider.Template{Text: "{value}"}, 0)
	require.ErrorIs(t, err, provider.KindTemplate, "what Render refuses stays as it is")
}

func TestIsDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "7": true, "12.50": true, "-0.05": true, "": false, "-": false, ".": false, "1.": false, ".5": false,
		"1e3": false, "+1": false, "0x1": false, "inf": false, "1,000": false, " 1": false, "--1": false, "1.2.3": false, "１": false,
	} {
		require.Equal(t, want, adapter.IsDecimal(text), text)
	}
}
