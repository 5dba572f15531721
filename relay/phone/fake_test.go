package phone_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestFake(t *testing.T) {
	t.Parallel()
	fake := &phone.Fake{}
	text := text()
	busy := &phone.Error{Class: relayapi.FailureLimit}
	fake.Script(busy, nil, busy)
	require.ErrorIs(t, fake.Send(t.Context(), text), busy)
	require.NoError(t, fake.Send(t.Context(), text))
	require.ErrorIs(t, fake.Send(t.Context(), text), busy)
	require.NoError(t, fake.Ready(t.Context()))

	fake.SwitchOff()
	require.Equal(t, relayapi.FailureNoService, failure(t, fake.Send(t.Context(), text)).Class)
	require.Error(t, fake.Ready(t.Context()))
	fake.SwitchOn()
	require.NoError(t, fake.Send(t.Context(), text))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, fake.Send(ctx, text), context.Canceled)
	sent, err := fake.Wait(ctx, 3)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []phone.Text{text, text}, sent)
	require.Equal(t, sent, fake.Sent())
}

func TestFakeIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	const sends = 50
	fake := &phone.Fake{}
	var all sync.WaitGroup
	for range sends {
		all.Go(func() {
			_ = fake.Send(t.Context(), text())
			fake.Script()
			fake.SwitchOn()
			_ = fake.Ready(t.Context())
			_ = fmt.Sprint(fake, len(fake.Sent()))
		})
	}
	sent, err := fake.Wait(t.Context(), sends)
	require.NoError(t, err)
	require.Len(t, sent, sends)
	all.Wait()
}
