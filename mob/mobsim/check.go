package mobsim

import (
	"net"
	"slices"
	"strings"
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

// checkSend returns the status to refuse a code's sending with, or "".
func (s *Service) checkSend(c *sim.Call, f form, store store) string {
	checks := []func(*sim.Call, form) string{
		s.checkKey, s.checkWebAPI, s.checkAddress, s.checkNumber, s.checkBlacklist, s.checkRegion, s.checkLimits, s.checkBalance,
	}
	if store == storeSDK {
		checks = []func(*sim.Call, form) string{s.checkKey, s.checkNumber, s.checkBlacklist, s.checkRegion, s.checkLimits}
	}
	return firstFault(c, f, checks...)
}

// checkVerify returns the status to refuse a check with before the code is
// looked at, or "".
func (s *Service) checkVerify(c *sim.Call, f form, store store) string {
	product := s.checkWebAPI
	if store == storeSDK {
		product = s.checkServerVerify
	}
	return firstFault(c, f, s.checkKey, product, s.checkAddress, s.checkNumber, checkCode)
}

func firstFault(c *sim.Call, f form, checks ...func(*sim.Call, form) string) string {
	for _, check := range checks {
		if status := check(c, f); status != "" {
			return status
		}
	}
	return ""
}

func (s *Service) checkKey(c *sim.Call, f form) string {
	switch f.key {
	case "":
		c.Explain("appkey: empty%s", f.broken)
		return "405"
	case s.cfg.AppKey:
		return ""
	}
	c.Explain("appkey: unknown")
	return "406"
}

func (s *Service) checkWebAPI(c *sim.Call, _ form) string {
	if s.cfg.WebAPIOff {
		c.Explain("the web interface is switched off (Config.WebAPIOff)")
		return "469"
	}
	return ""
}

func (s *Service) checkServerVerify(c *sim.Call, _ form) string {
	if s.cfg.ServerVerifyOff {
		c.Explain("the server check is switched off (Config.ServerVerifyOff)")
		return "474"
	}
	return ""
}

func (s *Service) checkAddress(c *sim.Call, _ form) string {
	if address, ok := s.allowed(c); !ok {
		c.Explain("caller's address: %s is not on the list", address)
		return "471"
	}
	return ""
}

// allowed returns the caller's address and whether it may call.
func (s *Service) allowed(c *sim.Call) (string, bool) {
	address, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		address = c.Request.RemoteAddr
	}
	return address, len(s.cfg.AllowedIPs) == 0 || slices.Contains(s.cfg.AllowedIPs, address)
}

func (s *Service) checkNumber(c *sim.Call, f form) string {
	switch {
	case f.zone == "":
		c.Explain("zone: empty%s", f.broken)
		return "456"
	case f.phone == "":
		c.Explain("phone: empty%s", f.broken)
		return "456"
	case !isZone(f.zone):
		c.Explain("zone: want the country calling code in digits, without + or 00")
		return "457"
	case !isTel(f.zone, f.phone):
		c.Explain("phone: want the number in digits, without the country code")
		return "457"
	}
	return ""
}

func (s *Service) checkBlacklist(c *sim.Call, f form) string {
	if slices.Contains(s.cfg.Blocked, f.number()) {
		c.Explain("phone: on the blacklist")
		return "458"
	}
	return ""
}

func isZone(text string) bool { return isDigits(text) && text[0] != '0' && len(text) <= 3 }

func isTel(zone, text string) bool {
	if zone == "86" {
		return len(text) == 11 && text[0] == '1' && isDigits(text)
	}
	return len(text) >= shortestTel && len(text) <= longestTel && isDigits(text)
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func (s *Service) checkRegion(c *sim.Call, f form) string {
	if len(s.cfg.Zones) > 0 && !slices.Contains(s.cfg.Zones, f.zone) {
		c.Explain("zone: the region is not switched on")
		return "461"
	}
	return ""
}

func checkCode(c *sim.Call, f form) string {
	if f.code == "" {
		c.Explain("code: empty%s", f.broken)
		return "466"
	}
	return ""
}

func (s *Service) checkLimits(c *sim.Call, f form) string {
	if !s.cfg.Limits {
		return ""
	}
	minute, half, today := 0, 0, 0
	for _, at := range s.sent[f.number()] {
		if c.Now.Sub(at) < time.Minute {
			minute++
		}
		if c.Now.Sub(at) < halfDay {
			half++
		}
		if sameDay(at, c.Now) {
			today++
		}
	}
	switch {
	case today >= perDay:
		c.Explain("phone: %d codes today from the whole platform", today)
		return "477"
	case half >= perHalfDay:
		c.Explain("phone: %d codes in 12 hours", half)
		return "478"
	case minute >= perMinute:
		c.Explain("phone: %d codes in a minute", minute)
		return "462"
	}
	return ""
}

// beijing is the service's zone: the whole country has one.
var beijing = time.FixedZone("UTC+8", 8*60*60)

func sameDay(a, b time.Time) bool {
	const day = "2006-01-02"
	return a.In(beijing).Format(day) == b.In(beijing).Format(day)
}

func (s *Service) checkBalance(c *sim.Call, _ form) string {
	if s.broke() {
		c.Explain("balance: nothing left")
		return "470"
	}
	return ""
}

func (s *Service) broke() bool { return s.cfg.Balance != nil && s.balance <= 0 }
