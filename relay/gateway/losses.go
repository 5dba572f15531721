package gateway

import "sync"

// losses are the jobs whose phone never said what became of them, until they are logged.
// The queue tells of them and must not wait for a log.
type losses struct {
	ready chan struct{} // has an entry when there are some

	mu   sync.Mutex
	jobs []string
}

func (l *losses) add(job string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs = append(l.jobs, job)
	select {
	case l.ready <- struct{}{}:
	default: // nobody has looked since the last one
	}
}

func (l *losses) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	jobs := l.jobs
	l.jobs = nil
	return jobs
}

func (g *Gateway) logLosses() {
	for _, job := range g.losses.take() {
		g.logger.Warn("relay: a phone took a job and never said what became of it; it may have been sent", "job", job)
	}
}
