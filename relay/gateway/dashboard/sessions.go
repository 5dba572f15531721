package dashboard

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// mostSessions is how many sessions there are at once; the one that was idle for longest
// makes room for another.
const mostSessions = 1000

// sessions are the sessions of operators, in memory: a restart ends them.
type sessions struct {
	idleEnd time.Duration

	mu   sync.Mutex
	rand io.Reader
	all  map[[sha256.Size]byte]*session // by the hash of the id
}

// session is one operator's at one browser.
type session struct {
	token provider.Secret
	used  time.Time
}

func newSessions(o Options) *sessions {
	s := &sessions{idleEnd: o.IdleEnd, rand: o.Rand, all: map[[sha256.Size]byte]*session{}}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	return s
}

// begin returns the id of a new session.
func (s *sessions) begin(token provider.Secret, now time.Time) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var random [32]byte
	if _, err := io.ReadFull(s.rand, random[:]); err != nil {
		return "", err
	}
	s.makeRoom(now)
	id = base64.RawURLEncoding.EncodeToString(random[:])
	s.all[sha256.Sum256([]byte(id))] = &session{token: token, used: now}
	return id, nil
}

func (s *sessions) makeRoom(now time.Time) {
	var oldest [sha256.Size]byte
	first := now
	for id, one := range s.all {
		if now.Sub(one.used) >= s.idleEnd {
			delete(s.all, id)
			continue
		}
		if !one.used.After(first) {
			oldest, first = id, one.used
		}
	}
	if len(s.all) >= mostSessions {
		delete(s.all, oldest)
	}
}

// find returns the operator's token of a session that is not over, and keeps it from idling.
func (s *sessions) find(id string, now time.Time) (provider.Secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(id))
	one, ok := s.all[key]
	if !ok {
		return "", false
	}
	if now.Sub(one.used) >= s.idleEnd {
		delete(s.all, key)
		return "", false
	}
	one.used = now
	return one.token, true
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(id)))
}

func (s *sessions) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.all)
}
