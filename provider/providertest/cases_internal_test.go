package providertest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplaceAt(t *testing.T) {
	t.Parallel()
	const reply = `{"Response":{"Set":[{"Code":"Ok","Fee":1},{"Code":"Ok"}],"Id":"x"},"n":2}`
	tests := []struct {
		name  string
		level int
		want  string // empty: nothing so deep
	}{
		{"members", 1, `{"Response":null,"n":null}`},
		{"one below", 2, `{"Response":{"Set":null,"Id":null},"n":2}`},
		{"in an array", 3, `{"Response":{"Set":[{"Code":null,"Fee":null},{"Code":null}],"Id":"x"},"n":2}`},
		{"too deep", 4, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var value any
			require.NoError(t, json.Unmarshal([]byte(reply), &value))
			changed, found := replaceAt(value, test.level, nil)
			require.Equal(t, test.want != "", found)
			if found {
				data, err := json.Marshal(changed)
				require.NoError(t, err)
				require.JSONEq(t, test.want, string(data))
			}
		})
	}
}

func TestOtherCode(t *testing.T) {
	t.Parallel()
	require.Equal(t, "153201", otherCode("042190"))
}
