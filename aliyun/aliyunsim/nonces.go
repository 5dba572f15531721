package aliyunsim

import (
	"time"

	"github.com/cnsms/cnsms/sim"
)

// keepNonces is how long a nonce is remembered: as long as a request that repeats it can
// be in time.
const keepNonces = 2 * clockWindow

// nonces are those that were used, by either product.
type nonces struct {
	used  map[string]bool
	queue []spent // oldest first
}

type spent struct {
	nonce string
	at    time.Time
}

func (n *nonces) spend(nonce string, now time.Time) {
	for len(n.queue) > 0 && now.Sub(n.queue[0].at) > keepNonces {
		delete(n.used, n.queue[0].nonce)
		n.queue = n.queue[1:]
	}
	n.used[nonce] = true
	n.queue = append(n.queue, spent{nonce, now})
}

func (a *account) checkNonce(_ *sim.Call, r request) sim.Outcome {
	if a.nonces.used[r.nonce] {
		return sim.Refuse(nonceUsed, "%s: used by an earlier request", r.nonceIn)
	}
	return sim.Outcome{}
}

// spend makes the nonce of a request a used one, when the request is granted.
func (a *account) spend(c *sim.Call, r request, o sim.Outcome) sim.Outcome {
	then, data := o.Then, o.Data
	o.Then = func() any {
		a.nonces.spend(r.nonce, c.Now)
		if then == nil {
			return data
		}
		return then()
	}
	return o
}
