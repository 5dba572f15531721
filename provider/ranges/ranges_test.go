package ranges_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/ranges"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		number string
		want   ranges.Range
		text   string
	}{
		{"ordinary", "13800138000", ranges.Ordinary, "ordinary"},
		{"virtual operator 170", "17012345678", ranges.Virtual, "virtual"},
		{"virtual operator 162", "16212345678", ranges.Virtual, "virtual"},
		{"virtual operator 165", "16512345678", ranges.Virtual, "virtual"},
		{"virtual operator 167", "16712345678", ranges.Virtual, "virtual"},
		{"virtual operator 171", "17112345678", ranges.Virtual, "virtual"},
		{"data card", "14512345678", ranges.Data, "data"},
		{"data card of another carrier", "14912345678", ranges.Data, "data"},
		{"satellite 1349", "13491234567", ranges.Satellite, "satellite"},
		{"satellite 1740", "17401234567", ranges.Satellite, "satellite"},
		{"beside satellite 1749", "17481234567", ranges.Ordinary, "ordinary"},
		{"beside satellite 1740", "17411234567", ranges.Ordinary, "ordinary"},
		{"foreign number with the same digits", "+1 701 234 5678", ranges.Ordinary, "ordinary"},
		{"foreign number that begins like a virtual operator's", "+44 1702 345678", ranges.Ordinary, "ordinary"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ranges.Of(provider.MustParsePhone(tc.number))
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.text, got.String())
		})
	}
}

func TestP6SatelliteRange1749(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"17491234567", "17490000000", "+86 1749 999 9999"} {
		require.Equal(t, ranges.Satellite, ranges.Of(provider.MustParsePhone(number)), number)
	}
	require.Equal(t, ranges.Ordinary, ranges.Of(provider.MustParsePhone("+1 749 123 4567")))
}

func TestOfNoNumber(t *testing.T) {
	t.Parallel()
	require.Equal(t, ranges.Ordinary, ranges.Of(provider.Phone{}))
}
