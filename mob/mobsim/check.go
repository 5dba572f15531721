package mobsim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// Limits of one number.
const (
	perMinute   = 2
	perHalfDay  = 5
	perDay      = 10
	halfDay     = 12 * time.Hour
	shortestTel = 4  // digits of a national number abroad
	longestTel  = 14 // digits
)

// check refuses a request, or not.
type check = func(*sim.Call, form) sim.Outcome

func (s *Service) checkKey(_ *sim.Call, f form) sim.Outcome {
	switch f.key {
	case "":
		return sim.Refuse("405", "appkey: empty%s", f.broken)
	case s.cfg.AppKey:
		return sim.Outcome{}
	}
	return sim.Refuse("406", "appkey: unknown")
}

func (s *Service) checkWebAPI(*sim.Call, form) sim.Outcome {
	if s.cfg.WebAPIOff {
		return sim.Refuse("469", "Config.WebAPIOff: the web interface is switched off")
	}
	return sim.Outcome{}
}

func (s *Service) checkServerVerify(*sim.Call, form) sim.Outcome {
	if s.cfg.ServerVerifyOff {
		return sim.Refuse("474", "Config.ServerVerifyOff: the server check is switched off")
	}
	return sim.Outcome{}
}

func (s *Service) checkAddress(c *sim.Call, _ form) sim.Outcome {
	address, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		address = c.Request.RemoteAddr
	}
	isSame := func(allowed string) bool { return net.ParseIP(allowed).Equal(net.ParseIP(address)) }
	if len(s.cfg.AllowedIPs) > 0 && !slices.ContainsFunc(s.cfg.AllowedIPs, isSame) {
		return sim.Refuse("471", "caller's address: %s is not on the list", address)
	}
	return sim.Outcome{}
}

func (s *Service) checkNumber(_ *sim.Call, f form) sim.Outcome {
	switch {
	case f.zone == "":
		return sim.Refuse("456", "zone: empty%s", f.broken)
	case f.phone == "":
		return sim.Refuse("456", "phone: empty%s", f.broken)
	case !isZone(f.zone):
		return sim.Refuse("457", "zone: want the country calling code in digits, without + or 00")
	case !isTel(f.zone, f.phone):
		return sim.Refuse("457", "phone: want the number in digits, without the country code")
	}
	return sim.Outcome{}
}

func isZone(text string) bool { return sim.IsDigits(text) && text[0] != '0' && len(text) <= 3 }

func isTel(zone, text string) bool {
	if zone == "86" {
		return sim.IsMainland(text)
	}
	return len(text) >= shortestTel && len(text) <= longestTel && sim.IsDigits(text)
}

func (s *Service) checkBlacklist(_ *sim.Call, f form) sim.Outcome {
	if s.IsBlocked(f.number()) {
		return sim.Refuse("458", "phone: on the blacklist")
	}
	return sim.Outcome{}
}

func (s *Service) checkRegion(_ *sim.Call, f form) sim.Outcome {
	if len(s.cfg.Zones) > 0 && !slices.Contains(s.cfg.Zones, f.zone) {
		return sim.Refuse("461", "zone: the region is not switched on")
	}
	return sim.Outcome{}
}

func checkCode(_ *sim.Call, f form) sim.Outcome {
	if f.code == "" {
		return sim.Refuse("466", "code: empty%s", f.broken)
	}
	return sim.Outcome{}
}

// checkBalance is for custom/msg, which shares the balance and has a code of its own
// for it.
func (s *Service) checkBalance(c *sim.Call, _ form) sim.Outcome { return s.Allow(c.Now, 1) }

// mostChecks is how often a code may be checked.
const mostChecks = 3

// store tells codes of sendmsg from those that a phone's SDK has sent: who sends
// them, and which call checks them.
type store struct{ sender, checkedBy string }

var (
	storeWeb = store{sender: "sendmsg", checkedBy: checkPath}
	storeSDK = store{sender: "a phone's SDK", checkedBy: verifyPath}
)

func (s store) other() store {
	if s == storeWeb {
		return storeSDK
	}
	return storeWeb
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
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", s.cfg.AppKey, store.sender, f.number(), c.Seq))
	digits := fmt.Sprintf("%020d", binary.BigEndian.Uint64(sum[:]))
	return digits[longestCode-s.cfg.CodeLength:]
}

// compare refuses a code, or uses one of its checks up. A wrong one counts at once:
// no script comes after the service's own refusal.
func (s *Service) compare(c *sim.Call, f form, store store) sim.Outcome {
	key := codeKey{store, f.number()}
	known := s.codes[key]
	switch {
	case known == nil:
		return s.refuseMissing(f, store)
	case !c.Now.Before(known.expires):
		return sim.Refuse("468", "code: expired after %s", s.cfg.CodeLife)
	case known.checks == mostChecks:
		return sim.Refuse("467", "code: checked more than %d times", mostChecks)
	case known.digits != f.code:
		known.checks++
		return sim.Refuse("468", "code: wrong, %d checks left", mostChecks-known.checks)
	}
	return sim.Outcome{Then: func() any {
		known.checks++
		if !s.cfg.KeepVerified {
			delete(s.codes, key)
		}
		return nil
	}}
}

func (s *Service) refuseMissing(f form, store store) sim.Outcome {
	if other := store.other(); s.codes[codeKey{other, f.number()}] != nil {
		return sim.Refuse("468", "code: %s has sent one to this number, which only %s checks", other.sender, other.checkedBy)
	}
	return sim.Refuse("468", "code: %s has sent none to this number, or it is used up", store.sender)
}
