package relaydoor_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// device is one of several that share the token of a phone. It pulls several jobs at
// once, and takes and sends them one after the other over a slow network.
type device struct {
	*world

	mu   *sync.Mutex
	sent map[string]int
}

const roundTrip = 150 * time.Millisecond

// work pulls until there is nothing left.
func (d device) work(most int) {
	for {
		elapse(roundTrip)
		r := d.pull(oldPhone, relayapi.Pull{Max: most, WaitMS: 15 * second})
		found := as[relayapi.Pulled](d.world, r, http.StatusOK).Jobs
		if len(found) == 0 {
			return
		}
		for _, job := range found {
			d.takeAndSend(job)
		}
	}
}

func (d device) takeAndSend(job relayapi.Job) {
	elapse(roundTrip)
	if d.report(oldPhone, stateReport(job, relayapi.StateTaken)).status != http.StatusOK {
		return
	}
	d.mu.Lock()
	d.sent[job.ID]++
	d.mu.Unlock()
	elapse(roundTrip)
	d.reported(oldPhone, job, relayapi.StateSent)
}

// TestParallelPullsOfOnePhoneStarveNoJob hands 300 jobs, to devices that share one token, in no more time
// than they need together: each job is sent, and by one device.
func TestParallelPullsOfOnePhoneStarveNoJob(t *testing.T) {
	t.Parallel()
	tests := []struct{ devices, most int }{{1, 10}, {2, 1}, {2, 10}, {4, 10}, {8, 32}}
	for _, tt := range tests {
		inBubble(t, fmt.Sprintf("%d devices, %d jobs a pull", tt.devices, tt.most), func(t *testing.T) {
			t.Helper()
			const all = 300
			const enough = 4 * roundTrip // for a job: its share of a pull, taken, sent, and some more
			w := newOnlineWorld(t)
			body := text()
			body.TTLSeconds = int((enough * all / time.Duration(tt.devices)).Seconds())
			for range all {
				w.submitted(body)
			}
			d := device{world: w, mu: &sync.Mutex{}, sent: map[string]int{}}
			var devices sync.WaitGroup
			for range tt.devices {
				devices.Go(func() { d.work(tt.most) })
			}
			synctest.Wait()
			devices.Wait()
			require.Len(t, d.sent, all, "jobs that were sent")
			for id, times := range d.sent {
				require.Equal(t, 1, times, id)
			}
		})
	}
}
