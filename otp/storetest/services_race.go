package storetest

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// raceServices has 64 callers of two instances check the same right code at the same time,
// 200 times over: each time one hears that it was right.
func raceServices(t *testing.T, h Harness) {
	t.Helper()
	sms := &fake.Provider{}
	services := []*otp.Service{newService(t, h.Store, sms), newService(t, h.Store, sms)}
	for round := range 200 {
		number := strconv.Itoa(13_800_000_000 + round)
		v, err := services[round%2].Start(t.Context(), start(number))
		if err != nil {
			t.Fatal(err)
		}
		code := sms.CodeFor(provider.MustParsePhone(number))
		var (
			right atomic.Int32
			wg    sync.WaitGroup
			begin = make(chan struct{})
			other sync.Map
		)
		for i := range racers {
			wg.Go(func() {
				<-begin
				_, err := services[i%2].Check(t.Context(), check(v.ID, code))
				if err == nil {
					right.Add(1)
				} else {
					other.Store(err.Error(), err)
				}
			})
		}
		close(begin)
		wg.Wait()
		if right.Load() != 1 {
			t.Fatalf("round %d: %d of %d callers had the right code; the others %v", round, right.Load(), racers, list(&other))
		}
	}
}

func list(m *sync.Map) string {
	text := ""
	m.Range(func(key, _ any) bool {
		text += fmt.Sprint(key, "; ")
		return true
	})
	return text
}
