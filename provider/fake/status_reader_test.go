package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestStatusReader(t *testing.T) {
	t.Parallel()
	sms := &fake.StatusReader{}
	r, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	status, err := provider.ReadStatus(t.Context(), sms, r)
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StatePending, At: r.At}, status)

	sms.SetStatus(r.ID, provider.Status{State: provider.StateDelivered, Code: "DELIVRD"})
	status, err = provider.ReadStatus(t.Context(), sms, r)
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StateDelivered, Code: "DELIVRD"}, status)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sms.ReadStatus(ended, r)
	require.ErrorIs(t, err, context.Canceled)
}

func TestStatusReaderFails(t *testing.T) {
	t.Parallel()
	sms := &fake.StatusReader{StatusErr: &provider.Error{Provider: "fake", Op: provider.OpStatus, Kind: provider.KindAuth}}
	r, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	_, err = provider.ReadStatus(t.Context(), sms, r)
	require.ErrorIs(t, err, provider.KindAuth)
}

// Reset forgets what SetStatus said, and the message itself.
func TestStatusReaderForgets(t *testing.T) {
	t.Parallel()
	sms := &fake.StatusReader{}
	r, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	sms.SetStatus(r.ID, provider.Status{State: provider.StateDelivered})
	sms.Reset()
	status, err := provider.ReadStatus(t.Context(), sms, r)
	require.NoError(t, err)
	require.Equal(t, provider.StateUnknown, status.State)
}
