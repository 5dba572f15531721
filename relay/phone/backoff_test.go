package phone

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutcomesAreBounded(t *testing.T) {
	t.Parallel()
	var o outcomes
	for i := range maxOutcomes + 10 {
		o.remember(strconv.Itoa(i), interrupted)
		o.remember(strconv.Itoa(i), nil)
	}
	require.Len(t, o.known, maxOutcomes)
	_, ok := o.recall("9")
	require.False(t, ok)
	outcome, ok := o.recall("10")
	require.True(t, ok)
	require.Nil(t, outcome)
}
