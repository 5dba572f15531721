package appdoor_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway/appdoor"
)

// heldBack is a body that comes when its gate opens.
type heldBack struct {
	io.Reader

	gate <-chan struct{}
}

func (b *heldBack) Read(p []byte) (int, error) { <-b.gate; return b.Reader.Read(p) }

// TestManyGuessesAtOnceAreNoMoreThanManyInTurn: whoever holds back the bodies of many requests
// has all of them admitted before the first is found wrong.
func TestManyGuessesAtOnceAreNoMoreThanManyInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		gate := make(chan struct{})
		counts := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				body := &heldBack{strings.NewReader(xiaomi), gate}
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, appdoor.Prefix+"/device", body)
				r.Header.Set("Authorization", "Code 00000000")
				status := w.serve(r).Code
				mu.Lock()
				defer mu.Unlock()
				counts[status]++
			})
		}
		synctest.Wait()
		close(gate)
		all.Wait()
		require.Equal(t, map[int]int{http.StatusUnauthorized: 5, http.StatusTooManyRequests: 195}, counts)
	})
}
