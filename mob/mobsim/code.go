package mobsim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// mostChecks is how often a code may be checked.
const mostChecks = 3

// store tells codes of sendmsg from those that a phone's SDK has sent.
type store string

const (
	storeWeb store = "sendmsg"
	storeSDK store = "a phone's SDK"
)

func (s store) other() store {
	if s == storeWeb {
		return storeSDK
	}
	return storeWeb
}

// verifier is the call that checks the codes of a store.
func (s store) verifier() string {
	if s == storeWeb {
		return checkPath
	}
	return verifyPath
}

type codeKey struct {
	store  store
	number string
}

// code is a code that was sent and is not used up.
type code struct {
	digits  string
	expires time.Time
	checks  int
}

// newCode makes a code, the same one for the same request of every run.
func (s *Service) newCode(c *sim.Call, f form, store store) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", s.cfg.AppKey, store, f.number(), c.Seq))
	digits := fmt.Sprintf("%020d", binary.BigEndian.Uint64(sum[:]))
	digits = digits[len(digits)-min(s.cfg.CodeLength, len(digits)):]
	s.codes[codeKey{store, f.number()}] = &code{digits: digits, expires: c.Now.Add(s.cfg.CodeLife)}
	return digits
}

// compare returns the status to refuse a code with, or "".
func (s *Service) compare(c *sim.Call, f form, store store) string {
	key := codeKey{store, f.number()}
	known, ok := s.codes[key]
	if !ok {
		s.explainMissing(c, f, store)
		return "468"
	}
	if !c.Now.Before(known.expires) {
		delete(s.codes, key)
		c.Explain("code: expired after %s", s.cfg.CodeLife)
		return "468"
	}
	known.checks++
	if known.checks > mostChecks {
		c.Explain("code: checked more than %d times", mostChecks)
		return "467"
	}
	if known.digits != f.code {
		c.Explain("code: wrong, %d checks left", mostChecks-known.checks)
		return "468"
	}
	if !s.cfg.KeepVerified {
		delete(s.codes, key)
	}
	return ""
}

func (s *Service) explainMissing(c *sim.Call, f form, store store) {
	if _, ok := s.codes[codeKey{store.other(), f.number()}]; ok {
		c.Explain("code: %s has sent one to this number, which only %s checks", store.other(), store.other().verifier())
		return
	}
	c.Explain("code: %s has sent none to this number, or it is used up", store)
}
