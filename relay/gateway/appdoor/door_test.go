package appdoor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestAStoryOfOneText is the way of a text through the door, as the app goes it.
func TestAStoryOfOneText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	require.Equal(t, "xiaomi-cannon", phone.id)
	w.status(http.StatusNoContent, phone.as(http.MethodPatch, "/device", `{"id":"xiaomi-cannon","simCards":[]}`))
	require.Empty(t, phone.messages())

	job := w.submitted()
	got := phone.one()
	require.Equal(t, job.ID, got.ID)
	require.Equal(t, words, got.Message)
	require.Equal(t, words, got.TextMessage.Text)
	require.Equal(t, []string{number}, got.PhoneNumbers)
	require.Equal(t, "Pending", got.State)
	require.True(t, *got.WithDeliveryReport)
	require.False(t, *got.IsEncrypted)
	require.Zero(t, *got.Priority)
	require.Nil(t, got.SimNumber)

	phone.says(job.ID, "Processed", "", "")
	w.is(job.ID, relayapi.StateTaken)
	phone.says(job.ID, "Sent", "", "")
	w.is(job.ID, relayapi.StateSent)
	phone.says(job.ID, "Delivered", "", "")
	w.is(job.ID, relayapi.StateDelivered)
	require.Empty(t, phone.messages())
}
