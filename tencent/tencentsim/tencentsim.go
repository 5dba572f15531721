// Package tencentsim simulates Tencent Cloud SMS (腾讯云短信), API version
// 2021-01-11, for tests: SendSms, the four calls that pull delivery reports and
// replies, SendStatusStatistics, and the pushes of reports and replies. It checks
// the TC3-HMAC-SHA256 signature over the bytes and the host that arrived, and says
// which part is wrong.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or not
// at all:
//
//   - The order in which faults are noticed, and the wording of most refusals:
//     those in English are as seen on the wire, those in Chinese are the vendor's
//     description of the code.
//   - Whether a failure stands for the whole request or for one number, which is
//     known for few codes: here those of the number, its country, the template, the
//     signature, the text and the package's balance stand for one number.
//   - The codes for a missing header, for a body that is no JSON, for a
//     SessionContext that is too long and for a mainland text without a signature,
//     and which values of X-TC-Region are accepted (here every one).
//   - What happens to a number that stands in a request twice: here two texts, or
//     with Config.Limits one, because the other is the same.
//   - The default limit of texts an hour (here none). The daily limit is 2, as newer
//     pages say; older ones say 10.
//   - With which failures the IsoCode of the number comes (here those of limits and
//     of the balance; it was seen with two of the limits, and was seen empty with
//     failures of the template), and in which order the statuses of a reply stand
//     (here that of the request).
//   - How long a value may be (Config.LongestValue chooses), whether statistics take
//     two equal hours (Config.SameHour chooses), and in which zone their hours are
//     (here Beijing's).
//   - Of pushes: the content type (here JSON), the zone of the times (here
//     Beijing's), the words for a text that failed, whether what is pushed can still
//     be pulled (here it cannot), and how long the service waits before it repeats a
//     push (here not at all).
//   - The country of a number in its status (CN and US were seen; others are taken
//     from a table of calling codes, and DEF stands for one that is not in it).
//   - Words in the language that X-TC-Language asks for, GET requests, the older
//     signatures and limits of requests a second are not simulated. The service's
//     other calls are refused with UnsupportedOperation and words that begin with
//     "not simulated".
package tencentsim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
)

// Config describes the simulated account. SecretID, SecretKey and AppID are
// required; every other zero value switches the rule off.
type Config struct {
	// SecretID and SecretKey are the only API key accepted.
	SecretID, SecretKey string
	// Token makes it a temporary key: requests must carry it.
	Token string
	// AppID is the only application (SmsSdkAppId).
	AppID string
	// Signs are the approved signatures. With none, every signature is accepted.
	Signs []string
	// Templates are the approved templates by id. With none, every id is accepted
	// and the text is the values.
	Templates map[string]Template
	// Blocked are numbers on the blacklist, in E.164 form.
	Blocked []string
	// Balance is the number of segments left in the package; it runs down. nil: no
	// end.
	Balance *int
	// Limits switches on the limits per number: one text of the same content in 30
	// seconds, PerHour and PerDay.
	Limits bool
	// PerHour is how many texts a number may get in an hour. 0: no such limit.
	PerHour int
	// PerDay is how many texts a number may get on one day in Beijing. 0 means 2.
	PerDay int
	// LongestValue is how many characters a value takes in a template that is none
	// for codes. 0: no such limit.
	LongestValue int
	// SameHour accepts an EndTime equal to BeginTime in SendStatusStatistics. The
	// vendor's SDK says that it may be; the newest page says that it must be later.
	SameHour bool
	// ServiceFromHost accepts clients that name the service after their endpoint, and
	// sign the host without its port: "127" and "127.0.0.1" at 127.0.0.1:8080. The
	// vendor's SDK for Node does. The real service knows such requests as little as
	// the simulator without this option.
	ServiceFromHost bool
	// Deliver reports every accepted text as delivered at once. Without it, use
	// Report.
	Deliver bool
}

// Template is an approved template.
type Template struct {
	// Text has {1}, {2} and so on for variables.
	Text string
	// Code makes it a template for codes: each variable takes up to six digits.
	Code bool
	// International makes it one for numbers outside mainland China, and only for
	// those.
	International bool
}

// Service is a simulated account with one application. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg        Config
	serials    int
	counts     map[string]counts // by hour
	deliveries box[Delivery]
	replies    box[Reply]
}

// New returns a simulated account. It panics when cfg is one that no request could
// satisfy.
func New(cfg Config) *Service {
	cfg.demand()
	if cfg.PerDay == 0 {
		cfg.PerDay = 2
	}
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: noBalance, Blocked: cfg.Blocked, NumberField: "PhoneNumberSet"}
	if cfg.Limits {
		account.Limits = limits(cfg)
	}
	return &Service{Account: sim.NewAccount(account), cfg: cfg, counts: map[string]counts{}}
}

// Name returns "tencent".
func (s *Service) Name() string { return "tencent" }

// Codes are those of the vendor's tables.
func (s *Service) Codes() facts.Codes { return tencent.Codes() }

// Owns reports whether the request speaks Tencent Cloud's protocol.
func (s *Service) Owns(r *http.Request) bool {
	return r.URL.Path == "/" &&
		(strings.HasPrefix(r.Header.Get("Authorization"), algorithm) || r.Header.Get("X-TC-Action") != "" || r.Header.Get("X-TC-Version") != "")
}

// action is one of the calls: the fields of its body, and how it is judged.
type action struct {
	fields []field
	judge  func(s *Service, c *sim.Call, p params) sim.Outcome
}

var actions = map[string]action{
	"SendSms":                         {sendFields, (*Service).judgeSend},
	"PullSmsSendStatus":               {pullFields, (*Service).judgeDeliveries},
	"PullSmsSendStatusByPhoneNumber":  {pullByPhoneFields, (*Service).judgeDeliveries},
	"PullSmsReplyStatus":              {pullFields, (*Service).judgeReplies},
	"PullSmsReplyStatusByPhoneNumber": {pullByPhoneFields, (*Service).judgeReplies},
	"SendStatusStatistics":            {statisticsFields, (*Service).judgeStatistics},
}

// notSimulated are the other calls of the service.
var notSimulated = []string{
	"AddSmsSign", "AddSmsTemplate", "CallbackStatusStatistics", "DeleteSmsSign", "DeleteSmsTemplate", "DescribePhoneNumberInfo",
	"DescribeSendRecordList", "DescribeSmsSignList", "DescribeSmsTemplateList", "ModifySmsSign", "ModifySmsTemplate",
	"ReportConversion", "SendMultiGlobalSms", "SmsPackagesStatistics",
}

// Judge decides about one request. Calls that are not simulated say so whoever asks.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	if name := c.Request.Header.Get("X-TC-Action"); slices.Contains(notSimulated, name) {
		return sim.NotSimulated("UnsupportedOperation", "X-TC-Action", name)
	}
	a := readAuthorization(c)
	if o := sim.FirstRefusal(c, a, checkMethod, s.checkKey, checkTimestamp, s.checkSignature, s.checkHeaders); o.Refused() {
		return o
	}
	called := actions[c.Request.Header.Get("X-TC-Action")]
	p, o := readParams(c, called.fields)
	if o.Refused() {
		return o
	}
	return called.judge(s, c, p)
}

// judgeSend decides about a text to some numbers. A refusal stands for the whole
// request, or for one number beside others that get the text; then the verdict has
// what is wrong with each, the same once.
func (s *Service) judgeSend(c *sim.Call, p params) sim.Outcome {
	if o := sim.FirstRefusal(c, p, checkSend, s.checkApp); o.Refused() {
		return o
	}
	scripted, isScripted := c.Scripted()
	if isScripted && !standsForNumber(scripted.Code) {
		return scripted
	}
	var granted sim.Outcome
	var statuses []sendStatus
	var verdicts []string
	text := s.newText(p)
	for _, number := range p.texts("PhoneNumberSet") {
		text.To, text.ID = e164(number), s.serial(c, len(granted.Texts)+1)
		o := s.checkText(c, granted, text)
		if isScripted && !o.Refused() {
			o = scripted
		}
		statuses = append(statuses, newStatus(text, o))
		if o.Refused() {
			verdicts = append(verdicts, o.Verdict)
			continue
		}
		granted.Texts, granted.Cost = append(granted.Texts, text), granted.Cost+billed(text)
	}
	slices.Sort(verdicts)
	granted.Verdict = strings.Join(slices.Compact(verdicts), "; ")
	texts := granted.Texts
	granted.Then = func() any {
		s.settle(c, texts, statuses)
		return response{SendStatusSet: statuses}
	}
	return granted
}

// settle does what a send leaves behind: serials used up, statistics and reports.
func (s *Service) settle(c *sim.Call, texts []sim.Text, statuses []sendStatus) {
	s.serials += len(texts)
	s.count(c.Now, statuses)
	for _, text := range texts {
		if s.cfg.Deliver {
			s.deliveries.add(Delivery{Serial: text.ID, Phone: text.To, Session: text.Ref, At: c.Now})
		}
	}
}
