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
//     texts of the table are the vendor's, with its %s filled by a guess, and with
//     nothing where the refusal is scripted);
//   - something behind a path that takes nothing there (here HTTP 404);
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
//   - whether querySms still answers (here it does); the colon that one old page
//     puts before the smsId and the slash that some clients put behind it are taken;
//   - how long a text is SENDING (here 3 seconds), and FAIL, which never happens;
//   - the limits of an application's requests, of any kind;
//   - numbers that have unsubscribed, whose texts the carrier drops without a word;
//   - the older form of requestSms with a whole text;
//   - the service's other calls about codes, and those about users: they are refused
//     with 10007 and an error that begins with "not simulated".
package bmobsim

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/provider/segments"
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

// mailbox names the application in the inbox.
func (cfg Config) mailbox() string { return cmp.Or(cfg.AppID, cfg.SecretKey) }

// Service is a simulated Bmob application. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg      Config
	codes    map[string]code    // by number
	texts    map[string]*text   // by smsId
	captchas map[string]captcha // by captcha_token
	tokens   map[string]bool    // validate_tokens that were not used
}

// code is a code that was sent and not used.
type code struct {
	digits, smsID string
	expires       time.Time
}

// text is a text that was accepted.
type text struct {
	at       time.Time
	verified bool
}

// New returns a simulated application. It panics when cfg is one that no request
// could satisfy.
func New(cfg Config) *Service {
	cfg.demand()
	cfg.AppName = cmp.Or(cfg.AppName, "示例应用")
	cfg.Sign = cmp.Or(cfg.Sign, "比目科技")
	cfg.CodeLife = cmp.Or(cfg.CodeLife, 5*time.Minute)
	cfg.Templates = maps.Clone(cfg.Templates)
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "10016", NumberField: "mobilePhoneNumber"}
	if cfg.Limits {
		account.Limits = []sim.Limit{
			{Code: limitCode, Most: 1, Within: time.Minute},
			{Code: limitCode, Most: 5, Within: time.Hour},
			{Code: limitCode, Most: 10, Within: 24 * time.Hour},
		}
	}
	return &Service{
		Account: sim.NewAccount(account), cfg: cfg,
		codes: map[string]code{}, texts: map[string]*text{}, captchas: map[string]captcha{}, tokens: map[string]bool{},
	}
}

// demand panics when the configuration is one that no request could satisfy, or names
// what no request could name.
func (cfg Config) demand() {
	sim.Demand(cfg.AppID+cfg.RESTKey+cfg.SecretKey+cfg.SafeCode != "", "bmobsim: Config: want AppID and RESTKey, or SecretKey and SafeCode")
	for _, pair := range [...]struct{ first, second, value, other string }{
		{"AppID", "RESTKey", cfg.AppID, cfg.RESTKey},
		{"RESTKey", "AppID", cfg.RESTKey, cfg.AppID},
		{"SecretKey", "SafeCode", cfg.SecretKey, cfg.SafeCode},
		{"SafeCode", "SecretKey", cfg.SafeCode, cfg.SecretKey},
	} {
		sim.Demand(pair.value == "" || pair.other != "", "bmobsim: Config.%s: want it with %s", pair.second, pair.first)
	}
	for field, value := range map[string]string{"AppID": cfg.AppID, "RESTKey": cfg.RESTKey, "SecretKey": cfg.SecretKey} {
		sim.Demand(value == "" || sim.IsHeaderValue(value), "bmobsim: Config.%s: must not have space around it, nor control characters", field)
	}
	sim.Demand(cfg.CodeLife >= 0, "bmobsim: Config.CodeLife: must not be negative")
	for _, name := range cfg.CaptchaFor {
		_, known := cfg.Templates[name]
		sim.Demand(known || name == "" || len(cfg.Templates) == 0, "bmobsim: Config.CaptchaFor: want the name of one of Templates, or \"\"")
	}
}

// Name returns "bmob".
func (s *Service) Name() string { return "bmob" }

// Codes are those of the vendor's table.
func (s *Service) Codes() facts.Codes { return bmob.Codes() }

// call is one call of the service. Its argument is what the path ends with.
type call struct {
	path, method  string
	takesArgument bool
	public        bool // wants no credentials
	judge         func(s *Service, c *sim.Call, r *request, argument string) sim.Outcome
}

var calls = []call{
	{path: "/1/requestSmsCode", method: http.MethodPost, judge: (*Service).requestCode},
	{path: "/1/verifySmsCode", method: http.MethodPost, takesArgument: true, judge: (*Service).verifyCode},
	{path: "/1/querySms", method: http.MethodGet, takesArgument: true, judge: (*Service).query},
	{path: "/1/requestSms", method: http.MethodPost, judge: (*Service).requestText},
	{path: "/1/requestCaptcha", method: http.MethodPost, judge: (*Service).requestCaptcha},
	{path: "/1/verifyCaptcha", method: http.MethodPost, judge: (*Service).verifyCaptcha},
	{path: "/1/captchaImage", method: http.MethodGet, public: true, judge: (*Service).captchaImage},
}

// notSimulated are other calls of the service: those that have to do with codes, and
// where people sign up and log in with one.
var notSimulated = []string{
	"/1/timestamp", "/1/requestEmailCode", "/1/requestEmailVerify", "/1/resetPasswordBySmsCode", "/1/users", "/1/login",
}

// isBelow reports whether a path ends with that of a call, or goes on behind it, and
// returns what stands there. The service may be mounted below any path.
func isBelow(path, called string) (argument string, ok bool) {
	_, rest, matches := strings.Cut(path, called)
	return strings.Trim(rest, "/"), matches && (rest == "" || rest[0] == '/')
}

// find returns the call of a path and what stands behind it.
func find(path string) (called call, argument string, ok bool) {
	for _, called := range calls {
		if argument, ok := isBelow(path, called.path); ok {
			return called, argument, true
		}
	}
	return call{}, "", false
}

// findOther returns the call of a path that is not simulated.
func findOther(path string) (name string, ok bool) {
	i := slices.IndexFunc(notSimulated, func(other string) bool { _, ok := isBelow(path, other); return ok })
	if i < 0 {
		return "", false
	}
	return strings.TrimPrefix(notSimulated[i], "/1/"), true
}

// Owns reports whether the path is one of the service's.
func (s *Service) Owns(r *http.Request) bool {
	_, _, ok := find(r.URL.Path)
	_, isOther := findOther(r.URL.Path)
	return ok || isOther
}

// Judge decides about a request of any call. Calls that are not simulated say so
// whoever asks.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	if name, isOther := findOther(c.Request.URL.Path); isOther {
		return sim.NotSimulated("10007", "path", name)
	}
	called, argument, _ := find(c.Request.URL.Path)
	r := &request{refusal: checkPath(c, called, argument)}
	if !called.public {
		r.check(s.checkCredentials(c))
	}
	r.read(c)
	o := called.judge(s, c, r, argument)
	if r.refusal.Refused() {
		return r.refusal
	}
	return o
}

// requestCode makes a code and sends it.
func (s *Service) requestCode(c *sim.Call, r *request, _ string) sim.Outcome {
	phone, template := r.phone(), r.text("template", false)
	r.check(s.checkTemplate(template))
	digits := s.newCode(c, phone)
	content := strings.NewReplacer(
		"%smscode%", digits, "%ttl%", strconv.Itoa(int(s.cfg.CodeLife.Minutes())), "%appname%", s.cfg.AppName,
	).Replace(cmp.Or(s.cfg.Templates[template], DefaultText))
	token := r.text("validate_token", false)
	r.check(s.checkAccount(c, phone, content))
	r.check(s.checkCaptcha(template, token))
	o := s.accept(c, phone, content, sim.Text{Template: template, Code: digits})
	accepted := o.Then
	o.Then = func() any {
		delete(s.tokens, token)
		s.codes[phone] = code{digits: digits, expires: c.Now.Add(s.cfg.CodeLife), smsID: smsID(c)}
		return accepted()
	}
	return o
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
func (s *Service) verifyCode(c *sim.Call, r *request, digits string) sim.Outcome {
	phone := r.phone()
	if digits == "" {
		digits = r.text("smsCode", true)
	}
	r.check(s.checkCode(c, phone, digits))
	return sim.Outcome{Then: func() any {
		s.texts[s.codes[phone].smsID].verified = true
		delete(s.codes, phone)
		return map[string]any{"msg": "ok"}
	}}
}

// requestText sends a template filled with the caller's values.
func (s *Service) requestText(c *sim.Call, r *request, _ string) sim.Outcome {
	phone, template := r.phone(), r.text("template", false)
	if template == "" {
		r.check(filled(sim.Refuse("10022", "template: missing"), template))
	}
	r.check(s.checkTemplate(template))
	variables := r.variables()
	text := s.cfg.Templates[template]
	if name := places.Missing(text, variables); name != "" {
		r.check(sim.Refuse("10013", "content.%s: missing, a variable of the template", name))
	}
	content := places.Fill(text, variables)
	r.check(s.checkAccount(c, phone, content))
	return s.accept(c, phone, content, sim.Text{Template: template, Params: variables.Values, Names: variables.Names})
}

// places are where a template of requestSms has its variables.
var places = sim.Named("%", "%")

// smsID is the id of the text that a request sends.
func smsID(c *sim.Call) string { return strconv.Itoa(1232221 + c.Seq) }

// accept takes a text. A long one costs several messages.
func (s *Service) accept(c *sim.Call, phone, content string, t sim.Text) sim.Outcome {
	t.ID, t.Mailbox, t.To = smsID(c), s.cfg.mailbox(), e164(phone)
	t.Sign, t.Text = s.cfg.Sign, sim.Signed(s.cfg.Sign, content)
	o := sim.Accept(t)
	o.Cost = segments.Count(content, s.cfg.Sign)
	o.Then = func() any {
		s.texts[t.ID] = &text{at: c.Now}
		return map[string]any{"smsId": json.Number(t.ID)}
	}
	return o
}

// sendingTime is how long a text is on its way.
const sendingTime = 3 * time.Second

// query answers what became of a text. One old page of the vendor's wants a colon
// before the smsId.
func (s *Service) query(c *sim.Call, _ *request, id string) sim.Outcome {
	id = strings.TrimPrefix(id, ":")
	found, known := s.texts[id]
	if !known {
		return filled(sim.Refuse("10018", "smsId: unknown"), id)
	}
	state := "SENDING"
	if c.Now.Sub(found.at) >= sendingTime {
		state = "SUCCESS"
	}
	return sim.Grant(map[string]any{"sms_state": state, "verify_state": found.verified})
}
