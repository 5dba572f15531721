package judges

import (
	"context"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// Judge is an official client and the simulators that it judges.
type Judge struct {
	// Module is what the client is published as: a Go module or an npm package.
	Module string
	// Node says that it runs on Node.js.
	Node bool
	// Hearings are what it judges. It accepts when it accepts in each.
	Hearings []Hearing
}

// name is the module for the name of a test.
func (j Judge) name() string {
	return strings.ReplaceAll(strings.TrimPrefix(j.Module, "github.com/"), "/", " ")
}

// Hearing is one client at one simulator.
type Hearing struct {
	// Name tells the hearings of a judge apart.
	Name string
	// Simulator is what the client talks to. Each call makes a new account.
	Simulator func() []sim.Service
	// open starts the client.
	open func(ctx context.Context) (client, error)
	// drive has the client make its calls and says what of it is wrong.
	drive func(t *trial)
}

// Try lets the client drive server and returns what it finds wrong with it: nil when
// it accepts.
func (h Hearing) Try(ctx context.Context, server *sim.Server) error {
	c, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	return hear(func(t require.TestingT) {
		h.drive(&trial{TestingT: t, ctx: ctx, client: c, server: server, address: strings.TrimPrefix(server.URL(), "http://")})
	})
}

// Judges are all of them, in the order in which they are listed.
func Judges() []Judge {
	return []Judge{aliyunGoV1, aliyunGoV3, dysmsNode, dypnsNode, popNode, bmobNode, tencentGo, tencentNode}
}
