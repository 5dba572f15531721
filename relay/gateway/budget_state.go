package gateway

import (
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// SIMState is what a SIM's failures have taught. Engines keep it beside the uses. The zero
// value is that of a SIM without failures.
type SIMState struct {
	// Level is how often the SIM's limits were halved, and LearnedAt when last.
	Level     int
	LearnedAt time.Time
	// Refusals is how often the carrier refused running, and DrainedAt when the last of so
	// many came that the SIM is offered nothing; zero when it is not drained.
	Refusals  int
	DrainedAt time.Time
}

const (
	// maxLevel is how often limits are halved at most.
	maxLevel = 3
	// learnOnce is for how long further limit errors are those of texts that the SIM had
	// before.
	learnOnce = time.Minute
	// recoverEvery is after how long one halving is forgotten.
	recoverEvery = time.Hour
)

// Learned returns the state after a new report about a text that the SIM had. A failure of
// relayapi.FailureLimit halves the SIM's limits of segments and texts, at most once a minute
// and three times; each halving is forgotten after an hour without another. A
// relayapi.FailureRejected counts towards Budgets.DrainAfter, and a text that was sent ends
// that count.
func (s SIMState) Learned(b *Budgets, r StateReport) SIMState {
	switch {
	case r.State == relayapi.StateSent || r.State == relayapi.StateDelivered:
		s.Refusals = 0
	case r.State != relayapi.StateFailed || r.Failure == nil:
	case r.Failure.Class == relayapi.FailureLimit:
		if s.LearnedAt.IsZero() || r.Now.Sub(s.LearnedAt) >= learnOnce {
			s.Level, s.LearnedAt = min(s.level(r.Now)+1, maxLevel), r.Now
		}
	case r.Failure.Class == relayapi.FailureRejected:
		s.Refusals++
		if b.DrainAfter > 0 && s.Refusals >= b.DrainAfter {
			s.DrainedAt = r.Now
		}
	}
	return s
}

// level returns how often the limits are halved at a time.
func (s SIMState) level(at time.Time) int {
	if s.LearnedAt.IsZero() {
		return 0
	}
	return max(0, s.Level-max(0, int(at.Sub(s.LearnedAt)/recoverEvery)))
}

// recoversAt returns when one more halving is forgotten.
func (s SIMState) recoversAt(at time.Time) time.Time {
	return s.LearnedAt.Add((max(0, at.Sub(s.LearnedAt))/recoverEvery + 1) * recoverEvery)
}

// LearnedUntil returns when the limits are what they were, or zero when they are.
func (s SIMState) LearnedUntil(at time.Time) time.Time {
	if s.level(at) == 0 {
		return time.Time{}
	}
	return s.LearnedAt.Add(time.Duration(s.Level) * recoverEvery)
}

// DrainedUntil returns until when the SIM is offered nothing, or zero.
func (s SIMState) DrainedUntil(b *Budgets, at time.Time) time.Time {
	if until := s.DrainedAt.Add(b.drainFor()); !s.DrainedAt.IsZero() && until.After(at) {
		return until
	}
	return time.Time{}
}

// Effective returns the budget as it is at a time, after what was learned.
func (s SIMState) Effective(b Budget, at time.Time) Budget {
	level := s.level(at)
	for _, limit := range []*int{&b.SegmentsPerMinute, &b.TextsPerHour, &b.TextsPerDay} {
		if *limit > 0 {
			*limit = max(1, *limit>>level)
		}
	}
	return b
}

// NotBefore returns the time itself when a SIM of this budget and state may send a text
// then, if no other text comes, or else a later time before which it may not.
func (s SIMState) NotBefore(all *Budgets, b Budget, u Usage, w Want, at time.Time) time.Time {
	if until := s.DrainedUntil(all, at); !until.IsZero() {
		return until
	}
	free := s.Effective(b, at).NotBefore(u, w, at)
	if s.level(at) > 0 { // it may recover before that
		if recovers := s.recoversAt(at); free.After(recovers) {
			return recovers
		}
	}
	return free
}
