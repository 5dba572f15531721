// Package bmobsim simulates Bmob's texts for tests: requestSmsCode, verifySmsCode
// (code in the path or in the body), querySms, requestSms with a template,
// requestCaptcha, captchaImage and verifyCaptcha, with plain and with signed
// authentication.
//
// Codes are made, expire and are good for one successful check. The puzzle of a
// captcha can be read from its picture, or from Service.CaptchaAnswer.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all:
//
//   - the order in which faults are noticed, and the wording of most of them (the
//     texts of the table are the vendor's, with its %s filled by a guess);
//   - HTTP 400 for failures: one sentence of the vendor says 404;
//   - the unit of the timestamp of signed requests: seconds and milliseconds are
//     taken; and which values of X-Bmob-SDK-Type are (here every one);
//   - a template that the account does not have: 10022, as the newest table
//     suggests; older pages say that the default text is sent;
//   - which code means an empty account (here 10016, of the newest table), and when
//     the ten texts of a day are counted anew (here 24 hours later);
//   - how captchas fail (here 10007 with a text), how long a validate_token lives
//     (here for ever, but for one send), and the picture (here SVG);
//   - whether a second code replaces the first (here it does), and how often a
//     wrong code may be checked (here without end);
//   - how a template of requestSms marks its variables (here %name%, as
//     requestSmsCode does), and what a missing one is refused with (here 10013);
//   - whether querySms still answers (here it does), and the colon that one old
//     page puts before the smsId (here refused);
//   - how long a text is SENDING (here 3 seconds), and FAIL, which never happens;
//   - the limits of an application's requests, of any kind;
//   - numbers that have unsubscribed, whose texts the carrier drops without a word;
//   - the older form of requestSms with a whole text, and every other call.
package bmobsim

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// DefaultText is Bmob's default template.
const DefaultText = "您的验证码是%smscode%，有效期为%ttl%分钟。您正在使用%appname%的验证码"

// Config describes the simulated application. One pair of credentials or both
// are required; every other zero value switches the rule off or has the default
// that it names.
type Config struct {
	// AppID and RESTKey are accepted as plain authentication.
	AppID, RESTKey string
	// SecretKey and SafeCode are what signed requests are checked with.
	SecretKey, SafeCode string
	// AppName stands in texts in the place of %appname%. Default: 示例应用.
	AppName string
	// Sign is the signature. Default: 比目科技.
	Sign string
	// Templates are the approved templates by name, with %smscode%, %ttl% and
	// %appname%, or with the variables of requestSms. With none, every name is
	// accepted: the text is the default one, or the values.
	Templates map[string]string
	// CaptchaFor are the names of the templates that want a captcha; "" is the
	// default template.
	CaptchaFor []string
	// Balance is the number of messages left; a long text takes several. nil: no
	// end.
	Balance *int
	// Limits switches on the limits per number: one a minute, five an hour, ten a
	// day.
	Limits bool
	// CodeLife is how long a code is valid. Default: 5 minutes.
	CodeLife time.Duration
}

// Service is a simulated Bmob application. Put it into a sim.Server.
type Service struct {
	sim.Old

	cfg Config

	mu       sync.Mutex
	balance  int
	codes    map[string]*code       // by number
	texts    map[string]*text       // by smsId
	sent     map[string][]time.Time // by number, for the limits
	captchas map[string]captcha     // by captcha_token
	tokens   map[string]bool        // validate_tokens that were not used
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated application.
func New(cfg Config) *Service {
	if cfg.AppName == "" {
		cfg.AppName = "示例应用"
	}
	if cfg.Sign == "" {
		cfg.Sign = "比目科技"
	}
	if cfg.CodeLife <= 0 {
		cfg.CodeLife = 5 * time.Minute
	}
	cfg.Templates = maps.Clone(cfg.Templates)
	s := &Service{
		cfg: cfg, codes: map[string]*code{}, texts: map[string]*text{}, sent: map[string][]time.Time{},
		captchas: map[string]captcha{}, tokens: map[string]bool{},
	}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "bmob".
func (s *Service) Name() string { return "bmob" }

// endpoint is one call of the service. argument is what its path ends with.
type endpoint struct {
	path   string
	method string
	serve  func(s *Service, c *sim.Call, argument string)
}

var endpoints = []endpoint{
	{"/1/requestSmsCode", http.MethodPost, (*Service).requestCode},
	{"/1/verifySmsCode", http.MethodPost, (*Service).verifyCode},
	{"/1/querySms", http.MethodGet, (*Service).query},
	{"/1/requestSms", http.MethodPost, (*Service).requestText},
	{"/1/requestCaptcha", http.MethodPost, (*Service).requestCaptcha},
	{"/1/verifyCaptcha", http.MethodPost, (*Service).verifyCaptcha},
	{"/1/captchaImage", http.MethodGet, (*Service).captchaImage},
}

// find returns the endpoint of a path and what stands behind it.
func find(path string) (found endpoint, argument string, ok bool) {
	for _, e := range endpoints {
		_, rest, matches := strings.Cut(path, e.path)
		if matches && (rest == "" || rest[0] == '/') {
			return e, strings.TrimPrefix(rest, "/"), true
		}
	}
	return endpoint{}, "", false
}

// Owns reports whether the path is one that is simulated.
func (s *Service) Owns(r *http.Request) bool {
	_, _, ok := find(r.URL.Path)
	return ok
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	e, argument, _ := find(c.Request.URL.Path)
	if c.Request.Method != e.method {
		c.Explain("method: want %s", e.method)
		c.Reply(http.StatusNotFound, "text/plain; charset=utf-8", []byte("404 page not found\n"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.serve(s, c, argument)
}
