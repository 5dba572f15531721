package providertest

import (
	"context"
	"net/http"
	"runtime/pprof"
	"strings"
	"time"
)

// label marks the goroutines that a send starts.
const label = "providertest"

func goroutinesEnd(c *check) {
	s := c.stage()
	transport := &http.Transport{}
	p := c.provider(s, func(e *Endpoint) { e.HTTPClient = &http.Client{Transport: transport} })
	pprof.Do(c.Context(), pprof.Labels(label, c.Name()), func(ctx context.Context) {
		if _, err := c.send(ctx, p, c.message(), "sending a valid message"); err != nil {
			c.broken("a valid message was not accepted: %v%s", err, s.verdicts())
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, _ = c.send(ended, p, c.message(), "with a finished context")
	})
	transport.CloseIdleConnections()
	patience := time.NewTimer(c.h.patience)
	defer patience.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		left := goroutinesLabelled(c.Name())
		if left == "" {
			return
		}
		select {
		case <-again.C:
		case <-patience.C:
			c.broken("goroutines are left of a send that is over:\n%s", left)
		}
	}
}

// goroutinesLabelled lists the goroutines that were started, however indirectly,
// under that label: others run at the same time.
func goroutinesLabelled(name string) string {
	var all strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return ""
	}
	var left []string
	for _, stack := range strings.Split(all.String(), "\n\n") {
		if strings.Contains(stack, `"`+label+`":"`+name+`"`) {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}
