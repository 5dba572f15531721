package bmobsim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// code is a code that was sent and not used.
type code struct {
	digits  string
	expires time.Time
	smsID   string
}

// newCode makes six digits, the same ones for the same request of every run.
func (s *Service) newCode(c *sim.Call, phone string) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(s.hash(c, phone))%1_000_000)
}

// hash derives what the service makes up from the request.
func (s *Service) hash(c *sim.Call, salt string) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", s.cfg.mailbox(), salt, c.Seq))
	return sum[:]
}

// verifyCode checks a code, given in the path or in the body.
func (s *Service) verifyCode(c *sim.Call, digits string) {
	body, phone, ok := s.openFor(c)
	if !ok {
		return
	}
	if digits == "" {
		if digits, ok = body.text(c, "smsCode", true); !ok {
			return
		}
	}
	if scripted(c) {
		return
	}
	known := s.codes[phone]
	switch {
	case known == nil:
		c.Explain("smsCode: none was sent to this number, or it was used")
	case !c.Now.Before(known.expires):
		c.Explain("smsCode: expired after %s", s.cfg.CodeLife)
	case known.digits != digits:
		c.Explain("smsCode: wrong")
	default:
		delete(s.codes, phone)
		s.texts[known.smsID].verified = true
		done(c, struct {
			Msg string `json:"msg"`
		}{"ok"})
		return
	}
	refuse(c, "207", digits)
}
