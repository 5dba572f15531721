package inmemory

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// selfReport is what a phone last said of itself.
type selfReport struct {
	device *relayapi.Device
	at     time.Time
}

// describe keeps what a known phone says of itself.
func (p *Phones) describe(seen gateway.Presence) {
	if seen.Device == nil || !p.known(seen.Phone) {
		return
	}
	if p.said == nil {
		p.said = map[string]selfReport{}
	}
	p.said[seen.Phone] = selfReport{seen.Device, seen.At}
}

// known reports whether a phone has called on a lane.
func (p *Phones) known(phone string) bool {
	for _, phones := range p.lanes {
		if _, ok := phones[phone]; ok {
			return true
		}
	}
	return false
}
