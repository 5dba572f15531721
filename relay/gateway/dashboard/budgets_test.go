package dashboard_test

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestABudgetThatIsUsedUpIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldWith(t, &gateway.Budgets{SIM: gateway.Budget{TextsPerHour: 2, TextsPerDay: 10}})
		w.phone(&relayapi.Device{SIMs: []relayapi.SIM{{Slot: 1, Carrier: "中国移动"}}})
		b := w.loggedIn()
		require.Contains(t, b.page("/"), `<span class="n">0 / 2</span>`)
		for range 2 {
			w.submit()
			w.send()
		}
		pass(second)
		page := b.page("/")
		require.Contains(t, page, `<span class="n">2 / 2</span>`)
		require.Contains(t, page, `<span class="n">2 / 10</span>`)
		require.Contains(t, page, `<span class="badge bad">used up</span>`)
		require.Regexp(t, `free again at \d\d:\d\d:\d\d`, page)
	})
}

func TestADrainedSIMIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldWith(t, &gateway.Budgets{SIM: gateway.Budget{TextsPerDay: 100}, DrainAfter: 3})
		w.phone(&relayapi.Device{SIMs: []relayapi.SIM{{Slot: 1}}})
		for range 3 {
			w.submit()
			for _, job := range w.phone(nil) {
				w.report(job, relayapi.StateFailed, &relayapi.Failure{Class: relayapi.FailureRejected})
			}
		}
		b := w.loggedIn()
		page := b.page("/")
		require.Contains(t, page, "drained: refused by the carrier")
		require.Contains(t, page, `<input type="hidden" name="phone" value="old-phone"><input type="hidden" name="slot" value="0">`)
		require.Equal(t, http.StatusBadRequest, b.post("/sims/resume", url.Values{"phone": {"old-phone"}, "slot": {"x"}}).Code)
		require.Equal(t, "/", b.post("/sims/resume", url.Values{"phone": {"old-phone"}, "slot": {"0"}}).Header().Get("Location"))
		pass(second)
		require.NotContains(t, b.page("/"), "drained:")
	})
}
