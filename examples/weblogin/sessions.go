package main

import (
	"crypto/rand"
	"net/http"
	"sync"

	"github.com/cnsms/cnsms/otp"
)

const (
	sessionCookie = "weblogin-session"
	// mostSessions is how many people are logged in at a time; the one who came first goes.
	mostSessions = 100
)

// sessions are the logins of the site.
type sessions struct {
	mu     sync.Mutex
	phones map[string]string // masked numbers by the secret in the cookie
	order  []string          // secrets, oldest first
}

func newSessions() *sessions { return &sessions{phones: map[string]string{}} }

// login is what a verified number is good for here: a session.
func (s *sessions) login(w http.ResponseWriter, r *http.Request, done otp.Checked) error {
	s.end(r)
	secret := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phones[secret] = done.Phone.String()
	s.order = append(s.order, secret)
	if len(s.order) > mostSessions {
		delete(s.phones, s.order[0])
		s.order = s.order[1:]
	}
	http.SetCookie(w, cookie(secret, 0))
	return nil
}

// cookie is the session's. A real site sets Secure as well: it is on HTTPS.
func cookie(secret string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // on loopback there is no HTTPS
		Name: sessionCookie, Value: secret, Path: "/", MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// end ends the session of a request, if there is one.
func (s *sessions) end(r *http.Request) {
	was, err := r.Cookie(sessionCookie)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.phones, was.Value)
	for i, secret := range s.order {
		if secret == was.Value {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			return
		}
	}
}

// serveMe says who is logged in: nobody is an empty phone.
func (s *sessions) serveMe(w http.ResponseWriter, r *http.Request) {
	phone := ""
	if c, err := r.Cookie(sessionCookie); err == nil {
		s.mu.Lock()
		phone = s.phones[c.Value]
		s.mu.Unlock()
	}
	respond(w, map[string]string{"phone": phone})
}

func (s *sessions) serveLogout(w http.ResponseWriter, r *http.Request) {
	s.end(r)
	http.SetCookie(w, cookie("", -1))
	respond(w, struct{}{})
}
