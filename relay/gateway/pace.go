package gateway

import (
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	// paceLasts is how long a pace counts after the last text. A lane that was slow once
	// would otherwise be refused texts for ever, and so never be measured again.
	paceLasts = 30 * time.Second
	// slowest bounds what one text counts: a phone that was out of reach says nothing of
	// the pace.
	slowest = relayapi.MaxWait
	// maxPaces bounds the lanes and the phones that are remembered.
	maxPaces = 10_000
)

// paces are how long a phone of a lane needs for a text: from the hand-out, or from its text
// before when it had several in hand, until it has sent it. The zero value knows none.
type paces struct {
	mu     sync.Mutex
	lanes  map[string]pace
	phones map[string]time.Time // when the phone sent its last text
}

// pace is a moving average and how far single texts are from it, as TCP measures a round
// trip.
type pace struct {
	average, deviation time.Duration
	at                 time.Time // of the last text
}

// learn measures a job that its phone has reported as sent just now.
func (p *paces) learn(job Job, phone string) {
	handed, sent := handedAndSent(job, phone)
	if sent.IsZero() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.phones[phone]
	if last.After(handed) {
		handed = last
	}
	if took := sent.Sub(handed); took >= 0 && !sent.Equal(last) { // else it has repeated its report
		put(&p.phones, phone, sent)
		put(&p.lanes, job.Lane, p.lanes[job.Lane].with(min(took, slowest), sent))
	}
}

// handedAndSent returns when the phone got the job and when it reported it as sent, or zero
// when that was not the last thing that happened to the job.
func handedAndSent(job Job, phone string) (handed, sent time.Time) {
	n := len(job.History)
	if n == 0 || job.History[n-1].State != relayapi.StateSent || job.History[n-1].Late {
		return handed, sent
	}
	for _, t := range slices.Backward(job.History[:n-1]) {
		switch {
		case t.State == relayapi.StateQueued:
			return handed, sent
		case t.Name == phone && (t.State == relayapi.StateOffered || t.State == relayapi.StateTaken):
			handed, sent = t.At.Time, job.History[n-1].At.Time
		}
	}
	return handed, sent
}

// put keeps a map bounded: one that is full begins again.
func put[V any](into *map[string]V, key string, value V) {
	if *into == nil || len(*into) >= maxPaces {
		*into = map[string]V{}
	}
	(*into)[key] = value
}

func (p pace) with(took time.Duration, at time.Time) pace {
	if !p.known(at) {
		return pace{average: took, at: at}
	}
	miss := took - p.average
	return pace{p.average + miss/4, p.deviation + (miss.Abs()-p.deviation)/4, at}
}

func (p pace) known(now time.Time) bool { return !p.at.IsZero() && now.Sub(p.at).Abs() < paceLasts }

// of returns within which time a text of the lane is nearly always sent, or 0 when that is
// not known: the average and an eighth, for the way of the report, and twice the deviation.
// With the average alone, a quarter of the texts went out just too late.
func (p *paces) of(lane string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.lanes[lane]
	if !known.known(now) {
		return 0
	}
	return known.average + known.average/8 + 2*known.deviation
}

// ofAll returns the paces of lanes that are known.
func (p *paces) ofAll(lanes []string, now time.Time) map[string]time.Duration {
	var all map[string]time.Duration
	for _, lane := range lanes {
		if one := p.of(lane, now); one > 0 {
			put(&all, lane, one)
		}
	}
	return all
}
