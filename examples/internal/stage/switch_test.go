package stage

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestPhoneSwitch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := &phoneSwitch{gateway: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == relayapi.PathPull {
				<-release
			}
		})}
		post := func(path string) int {
			recorder := httptest.NewRecorder()
			s.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, http.NoBody))
			return recorder.Code
		}
		pulled := make(chan int, 1)
		go func() { pulled <- post(relayapi.PathPull) }()
		synctest.Wait()
		off := make(chan struct{})
		go func() {
			s.turnOff()
			close(off)
		}()
		synctest.Wait()
		select {
		case <-off:
			t.Fatal("a request of the phone is still running")
		default:
		}
		close(release)
		<-off
		require.Equal(t, http.StatusOK, <-pulled)
		require.Equal(t, http.StatusServiceUnavailable, post(relayapi.PathPull))
		require.Equal(t, http.StatusServiceUnavailable, post(relayapi.PathStateReports))
		require.Equal(t, http.StatusOK, post(relayapi.PathSubmissions), "sites are still served")
		s.turnOn()
		require.Equal(t, http.StatusOK, post(relayapi.PathPull))
	})
}
