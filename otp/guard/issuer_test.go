package guard_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
)

// issuing is a challenger that makes challenges.
type issuing struct{ solved }

func (issuing) Issue(ctx context.Context) (json.RawMessage, error) {
	return json.RawMessage(`{"solve":"me"}`), ctx.Err()
}

func TestGuardIssuesWhatItsChallengerMakes(t *testing.T) {
	t.Parallel()
	challenge, err := newWorld(t, func(c *guard.Config) { c.Challenger = issuing{} }).Issue(t.Context())
	require.NoError(t, err)
	require.JSONEq(t, `{"solve":"me"}`, string(challenge))
	for _, none := range []guard.Challenger{nil, solved{}} {
		_, err := newWorld(t, func(c *guard.Config) { c.Challenger = none }).Issue(t.Context())
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
}
