package otp_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	agent "github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/sim"
)

// oldPhone starts a gateway and a phone in a bubble, and returns the adapter for them.
func oldPhone(t *testing.T) (*relay.Provider, *agent.Fake) {
	t.Helper()
	queue, sender := memqueue.New(), &agent.Fake{}
	g, err := gateway.New(gateway.Config{Queue: queue, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("site-token-0123456789")},
		{Name: "phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token-0123456789")},
	}})
	require.NoError(t, err)
	client := &http.Client{Transport: sim.HandlerTransport(relaydoor.New(g))}
	device, err := agent.New(agent.Config{BaseURL: "https://relay.test", Token: "phone-token-0123456789", Sender: sender, HTTPClient: client})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- device.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
		require.NoError(t, g.Close())
		require.NoError(t, queue.Close())
	})
	p, err := relay.New(relay.Config{
		BaseURL: "https://relay.test", Token: "site-token-0123456789", Wait: 5 * time.Second, HTTPClient: client,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	require.NoError(t, err)
	synctest.Wait()
	return p, sender
}

// TestThePhoneSendsAgainWhatMayNotCostMoney: the gateway takes a resend that goes the free way
// again for a text of its own, and not for a repetition.
func TestThePhoneSendsAgainWhatMayNotCostMoney(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, old := oldPhone(t)
		composer, _, paid := ways(t, func(cfg *failover.ComposerConfig) { cfg.First = failover.Member{Provider: first} })
		s, _ := newService(t, func(cfg *otp.Config) { cfg.Sender, cfg.Guard = composer, newGuard(t, 0, time.Now) })
		v := started(t, s)
		pass(61 * time.Second)
		again, err := s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
		require.True(t, again.Sent)
		pass(5 * time.Second)
		texts := old.Sent()
		require.Len(t, texts, 2)
		require.Equal(t, texts[0].Body, texts[1].Body)
		paid.ExpectNothing(t)
	})
}
