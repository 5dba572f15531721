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
//   - which statuses carry an error text: only 471 was seen with one (the words of
//     a scripted refusal are sent with every status);
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
//     free of charge, and asks for no allowed address. The SDK's own calls are
//     refused with 400 and an error that begins with "not simulated".
//
// Fields in the query are taken like those of the body, and a GET like a POST:
// public clients use it, though no page documents it. A body may be urlencoded or
// multipart/form-data.
package mobsim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider/facts"
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
	cfg.AppName = cmp.Or(cfg.AppName, "示例")
	cfg.CodeLength = cmp.Or(cfg.CodeLength, 4)
	cfg.CodeLife = cmp.Or(cfg.CodeLife, 5*time.Minute)
	return cfg
}

// Service is a simulated Mob application: the calls below /sms. Put it into a
// sim.Server, and what Custom returns beside it.
type Service struct {
	*sim.Account

	cfg   Config
	codes map[codeKey]*code
}

// New returns a simulated application. It panics when cfg is one that no request
// could satisfy.
func New(cfg Config) *Service {
	cfg.demand()
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "470", Blocked: cfg.Blocked, NumberField: "phone"}
	if cfg.Limits {
		account.Limits = []sim.Limit{
			{Code: "477", Most: perDay, Like: areCodes},
			{Code: "478", Most: perHalfDay, Within: halfDay, Like: areCodes},
			{Code: "462", Most: perMinute, Within: time.Minute, Like: areCodes},
		}
	}
	return &Service{
		Account: sim.NewAccount(account),
		cfg:     cfg.withDefaults(), codes: map[codeKey]*code{},
	}
}

// areCodes leaves out texts of custom/msg, which have a template.
func areCodes(earlier, text sim.Text) bool { return earlier.Template == "" && text.Template == "" }

// Name returns "mob".
func (s *Service) Name() string { return "mob" }

// Codes are those of the vendor's tables.
func (s *Service) Codes() facts.Codes { return mob.Codes() }

// notSimulated are calls of the phones' SDK, whose bodies are encrypted.
var notSimulated = []string{"/verify/code", "/client/verification", "/token/get", "/utils/zonelist"}

// Owns reports whether the path is one of Mob's below /sms, SDKPath, or one of the
// SDK's own.
func (s *Service) Owns(r *http.Request) bool { return callOf(r) != "" }

func callOf(r *http.Request) string {
	for _, path := range append([]string{sendPath, checkPath, verifyPath, SDKPath}, notSimulated...) {
		if strings.HasSuffix(r.URL.Path, path) {
			return path
		}
	}
	return ""
}

// Judge decides about a code to send, or one to check.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	called := callOf(c.Request)
	if slices.Contains(notSimulated, called) {
		return sim.NotSimulated("400", "path", called+", a call of the phones' SDK")
	}
	f := readForm(c)
	switch called {
	case sendPath:
		return s.judgeSend(c, f, storeWeb, s.checkKey, s.checkWebAPI, s.checkAddress,
			s.checkNumber, s.checkBlacklist, s.checkRegion)
	case SDKPath:
		return s.judgeSend(c, f, storeSDK, s.checkKey, s.checkNumber, s.checkBlacklist, s.checkRegion)
	case checkPath:
		return s.judgeCode(c, f, storeWeb, s.checkKey, s.checkWebAPI, s.checkAddress, s.checkNumber, checkCode)
	default:
		return s.judgeCode(c, f, storeSDK, s.checkKey, s.checkServerVerify, s.checkAddress, s.checkNumber, checkCode)
	}
}

// judgeSend makes a code, unless a check refuses. The SDK sends free of charge.
func (s *Service) judgeSend(c *sim.Call, f form, store store, checks ...check) sim.Outcome {
	if o := sim.FirstRefusal(c, f, checks...); o.Refused() {
		return o
	}
	text := s.text(c, f, store)
	o := sim.Accept(text)
	if store == storeSDK {
		o.Cost = 0
	}
	o.Then = func() any {
		s.codes[codeKey{store, text.To}] = &code{digits: text.Code, expires: c.Now.Add(s.cfg.CodeLife)}
		return nil
	}
	return o
}

// judgeCode compares a code with the one that was sent, unless a check refuses.
func (s *Service) judgeCode(c *sim.Call, f form, store store, checks ...check) sim.Outcome {
	if o := sim.FirstRefusal(c, f, checks...); o.Refused() {
		return o
	}
	return s.compare(c, f, store)
}

// Answer writes the status.
func (s *Service) Answer(_ *sim.Call, o sim.Outcome) sim.Reply { return reply(s.Codes(), o) }
