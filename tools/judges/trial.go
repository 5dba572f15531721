package judges

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// trial is a client at work on a simulator.
type trial struct {
	require.TestingT
	ctx     context.Context //nolint:containedctx // That of one hearing.
	client  client
	server  *sim.Server
	address string
}

// ask has the client make one call, which is one request, and returns what came of it
// on either side.
func (t *trial) ask(c call) (outcome, sim.Exchange) {
	before := len(t.server.Exchanges())
	c.Address = t.address
	got, err := t.client.call(t.ctx, c)
	require.NoError(t, err, c.Action)
	exchanges := t.server.Exchanges()
	require.Len(t, exchanges, before+1, "%s: one call is one request; the client has: %s", c.Action, got)
	return got, exchanges[before]
}

// grant makes a call that the simulator has to grant, and reads the reply.
func (t *trial) grant(c call, reply any) sim.Exchange {
	got, exchange := t.ask(c)
	require.Nil(t, got.Thrown, "%s: %s; verdict: %s", c.Action, got, exchange.Verdict)
	require.Empty(t, exchange.Verdict, c.Action)
	require.NoError(t, json.Unmarshal(got.Reply, reply), "%s: %s", c.Action, got.Reply)
	return exchange
}

// send makes a call that has to send one text.
func (t *trial) send(c call, reply any) sim.Text {
	before := len(t.server.Texts())
	exchange := t.grant(c, reply)
	require.Len(t, exchange.Accepted, 1, c.Action)
	require.Len(t, t.server.Texts(), before+1, c.Action)
	return exchange.Accepted[0]
}

// refusal is what is expected of a call that the simulator has to refuse.
type refusal struct {
	call
	// class, code and status are those of the client's own error. An empty code is
	// none.
	class, code string
	status      int
	// verdict is how the simulator's verdict begins.
	verdict string
	// says is what the client's own error has to contain.
	says string
}

// refuse makes a call that has to fail and to send nothing.
func (t *trial) refuse(want refusal) {
	before := len(t.server.Texts())
	got, exchange := t.ask(want.call)
	require.NotNil(t, got.Thrown, "%s did not throw for «%s»: %s", want.Action, want.verdict, got)
	require.Equal(t, []any{want.class, want.code, want.status}, []any{got.Thrown.Class, got.Thrown.code(), got.Thrown.Status},
		"class, code and HTTP status of the client's error: %s", got)
	require.Contains(t, got.Thrown.Message, want.says)
	t.unsent(want.Action, want.verdict, before, exchange)
}

// decline makes a call that the service refuses in its reply and the client returns
// as it is, without an error.
func (t *trial) decline(c call, reply any, verdict string) {
	before := len(t.server.Texts())
	got, exchange := t.ask(c)
	require.Nil(t, got.Thrown, "%s: %s", c.Action, got)
	require.NoError(t, json.Unmarshal(got.Reply, reply), "%s: %s", c.Action, got.Reply)
	t.unsent(c.Action, verdict, before, exchange)
}

// unsent checks what the simulator recorded of a refusal.
func (t *trial) unsent(action, verdict string, before int, exchange sim.Exchange) {
	require.NotEmpty(t, exchange.Verdict, action)
	require.True(t, strings.HasPrefix(exchange.Verdict, verdict), "%s: want «%s…», not «%s»", action, verdict, exchange.Verdict)
	require.Empty(t, exchange.Accepted, action)
	require.Len(t, t.server.Texts(), before, action)
}
