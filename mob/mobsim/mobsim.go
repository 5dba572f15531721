// Package mobsim simulates Mob (MobTech SMSSDK) for tests: sendmsg, checkcode and
// verify in one service, custom/msg in another that shares the account, because
// its failures have numbers of their own:
//
//	account := mobsim.New(mobsim.Config{AppKey: "key"})
//	server := sim.Start(t, account, account.Custom())
//
// Codes are made, expire and are counted. Those of sendmsg and those that a
// phone's SDK has sent are kept apart, as at Mob: checkcode knows the first,
// verify the second. To have a code sent the SDK's way, post the fields appkey,
// zone and phone to SDKPath.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all:
//
//   - the order in which faults are noticed;
//   - the texts, and the application's name as their signature;
//   - whether a code can be checked again after it was right (Config.KeepVerified
//     chooses), whether a check that was right counts as one of the three (here it
//     does), and whether a second code replaces the first (here it does);
//   - which status means more than two codes a minute for one number (here 462),
//     and when a day begins (here at midnight in Beijing);
//   - which statuses carry an error text: only 471 was seen with one;
//   - the HTTP status of an internal error (here 200, as of every failure), what
//     216 and 217 of custom/msg mean, and whether checkcode refuses an empty code
//     with 466 and verify a strange address with 471 (here both, as other calls do);
//   - whether today's new applications still have four digits, these limits and
//     plain sendmsg: the vendor's page is of 2016;
//   - the limits of custom/msg, whose status is unknown, the 100 requests a minute
//     of one key, and the 20 texts a day of an application that was not reviewed;
//   - how a template of custom/msg marks its variables (here {name}), and the
//     statuses of an empty value (here 208) and of a text over 70 characters (here
//     215);
//   - the SDK's own protocol, which is encrypted: SDKPath stands in for it, is
//     free of charge, and asks for no allowed address.
//
// A GET with the fields in the query is taken like a POST: public clients use
// it, though no page documents it.
package mobsim

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// Paths of the service. SDKPath is the simulator's own.
const (
	sendPath   = "/sms/sendmsg"
	checkPath  = "/sms/checkcode"
	verifyPath = "/sms/verify"
	customPath = "/custom/msg"
	SDKPath    = "/mobsim/sdk/sendmsg"
)

// Config describes the simulated application. AppKey is required; every other
// zero value switches the rule off or has the default that it names.
type Config struct {
	// AppKey is the only credential accepted.
	AppKey string
	// AppName stands in the texts as their signature. Default: 示例.
	AppName string
	// AllowedIPs are the addresses that may call. With none, all may.
	AllowedIPs []string
	// WebAPIOff switches sendmsg, checkcode and custom/msg off.
	WebAPIOff bool
	// ServerVerifyOff switches verify off.
	ServerVerifyOff bool
	// Zones are the country calling codes whose regions are switched on for
	// sendmsg. With none, all are.
	Zones []string
	// Templates are the approved templates of custom/msg by templateCode, with
	// {name} for each variable. With none, every one is accepted and the text is
	// the values.
	Templates map[string]string
	// BlockedWords must not stand in a value of custom/msg.
	BlockedWords []string
	// Blocked are numbers on the blacklist, in E.164 form.
	Blocked []string
	// Balance is how many texts the account can pay; it runs down. nil: no end.
	Balance *int
	// Limits switches on the limits per number: two codes a minute, five in 12
	// hours, ten a day.
	Limits bool
	// CodeLength is how many digits a code has. Default: 4.
	CodeLength int
	// CodeLife is how long a code is valid. Default: 5 minutes.
	CodeLife time.Duration
	// KeepVerified leaves a code valid after it was checked and right.
	KeepVerified bool
}

func (cfg Config) withDefaults() Config {
	if cfg.AppName == "" {
		cfg.AppName = "示例"
	}
	if cfg.CodeLength <= 0 {
		cfg.CodeLength = 4
	}
	if cfg.CodeLife <= 0 {
		cfg.CodeLife = 5 * time.Minute
	}
	return cfg
}

// Service is a simulated Mob application: the calls below /sms. Put it into a
// sim.Server, and what Custom returns beside it.
type Service struct {
	sim.Old

	cfg Config

	mu      sync.Mutex
	balance int
	codes   map[codeKey]*code
	sent    map[string][]time.Time // by number, for the limits
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated application.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg.withDefaults(), codes: map[codeKey]*code{}, sent: map[string][]time.Time{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "mob".
func (s *Service) Name() string { return "mob" }

// Owns reports whether the path is one of Mob's below /sms, or SDKPath.
func (s *Service) Owns(r *http.Request) bool { return callOf(r) != "" }

func callOf(r *http.Request) string {
	for _, path := range [...]string{sendPath, checkPath, verifyPath, SDKPath} {
		if strings.HasSuffix(r.URL.Path, path) {
			return path
		}
	}
	return ""
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	f := readForm(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch callOf(c.Request) {
	case sendPath:
		s.send(c, f, storeWeb)
	case SDKPath:
		s.send(c, f, storeSDK)
	case checkPath:
		s.verify(c, f, storeWeb)
	case verifyPath:
		s.verify(c, f, storeSDK)
	}
}

// send makes a code and sends it.
func (s *Service) send(c *sim.Call, f form, store store) {
	if status := s.checkSend(c, f, store); status != "" {
		s.refuse(c, status)
		return
	}
	if scripted, ok := c.Refusal(); ok {
		c.Explain("scripted refusal")
		s.refuse(c, scripted.Code)
		return
	}
	if store == storeWeb {
		s.balance--
	}
	if s.cfg.Limits {
		s.sent[f.number()] = append(s.sent[f.number()], c.Now)
	}
	made := s.newCode(c, f, store)
	c.Accept(sim.Text{
		Mailbox: s.cfg.AppKey, To: f.number(), Sign: s.cfg.AppName, Code: made,
		Text: fmt.Sprintf("【%s】验证码：%s，%.0f分钟内有效。", s.cfg.AppName, made, s.cfg.CodeLife.Minutes()),
	})
	reply(c, statusDone, "")
}

// verify checks a code.
func (s *Service) verify(c *sim.Call, f form, store store) {
	status := s.checkVerify(c, f, store)
	if status == "" {
		if scripted, ok := c.Refusal(); ok {
			c.Explain("scripted refusal")
			status = scripted.Code
		} else {
			status = s.compare(c, f, store)
		}
	}
	if status != "" {
		s.refuse(c, status)
		return
	}
	reply(c, statusDone, "")
}

// refuse answers a failure. Its words come along only where they were seen on
// the wire.
func (s *Service) refuse(c *sim.Call, status string) {
	words := ""
	if status == "471" {
		words = "Request ip is error."
	}
	reply(c, status, words)
}
