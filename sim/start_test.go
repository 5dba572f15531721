package sim_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// other is a sim.TB that is not a test of its own.
type other struct {
	ctx     context.Context //nolint:containedctx // It is what Context returns, as in package testing.
	failure string
	cleanup func()
}

func (o *other) Helper()                           {}
func (o *other) Cleanup(f func())                  { o.cleanup = f }
func (o *other) Context() context.Context          { return o.ctx }
func (o *other) Fatalf(format string, args ...any) { o.failure = fmt.Sprintf(format, args...) }

func TestStart(t *testing.T) {
	t.Parallel()
	o := &other{ctx: t.Context()}
	server := sim.Start(o, post{"post"})
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, server.URL())
	b := bench{server, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, server.URL()}
	sim.MustInject(o, server, sim.Fault{Effect: sim.EffectRefuse, Code: "poor"})
	require.Equal(t, []string{"no poor", "ok post-2"}, b.bodies(t, "post", 2))

	o.cleanup()
	require.Error(t, b.send(t, "post", "1 hello").err, "the server ends with its test")
	require.Empty(t, o.failure)
}

func TestMustInjectEndsTheTest(t *testing.T) {
	t.Parallel()
	o := &other{ctx: t.Context()}
	sim.MustInject(o, sim.New(sim.Config{}, post{"post"}), sim.Fault{Code: "rich"})
	require.Equal(t, `sim: fault: Code: no service here has "rich"`, o.failure)
}
