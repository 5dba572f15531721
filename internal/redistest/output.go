package redistest

import (
	"bytes"
	"sync"
)

// limited keeps the beginning of what a process prints.
type limited struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const most = 4096

func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := most - l.buf.Len(); room > 0 {
		l.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (l *limited) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
