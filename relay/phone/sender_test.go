package phone_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestError(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := &phone.Error{Class: relayapi.FailureLimit, Text: "30 an hour", Err: cause}
	require.EqualError(t, err, "phone: limit: 30 an hour")
	require.EqualError(t, &phone.Error{Class: relayapi.FailureLimit}, "phone: limit")
	require.ErrorIs(t, err, cause)
}
