package adapter_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

func TestYuan(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{
		0: "0.00", 1: "0.01", 10: "0.10", 100: "1.00", 1234: "12.34", -7: "-0.07", -105: "-1.05",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		require.Equal(t, want, adapter.Yuan(fen))
		require.True(t, adapter.IsDecimal(want))
	}
}
