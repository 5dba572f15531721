// Package tencentsim simulates Tencent Cloud SMS (腾讯云短信), API version
// 2021-01-11, for tests: SendSms, the four calls that pull delivery reports and
// replies, SendStatusStatistics, and the pushes of reports and replies. It checks
// the TC3-HMAC-SHA256 signature over the bytes and the host that arrived, and says
// which part is wrong.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess: the
// order in which faults are noticed, the wording of most refusals (those marked
// in refusals.go are as seen on the wire), whether a failure stands for the
// whole request or for one number (known for few codes), the codes for a
// missing header, for a body that is no JSON, for a SessionContext that is too
// long and for a mainland text without a signature, which values of X-TC-Region
// are accepted (here every one), what happens to a number that stands in a
// request twice (here two texts), and the default limit of texts an hour (here
// none). The daily limit is 2, as newer pages say; older ones say 10. Nor is it
// known with which failures the IsoCode of the number comes (here those of limits
// and of the balance; it was seen with two of the limits, and was seen empty with
// failures of the template), in which order the statuses of a reply stand (here
// that of the request), how long a value may be (here Config.LongestValue chooses),
// whether statistics take two equal hours (Config.SameHour chooses), and in which
// zone their hours are.
//
// Of pushes no source states the content type (here JSON), the zone of the times
// (here Beijing's), the words for a text that failed, whether what is pushed can
// still be pulled (here it cannot), and how long the service waits before it
// repeats a push (here not at all).
//
// Not simulated: words in the language that X-TC-Language asks for, GET requests,
// the older signatures, limits of requests a second, calls that manage signatures
// and templates, SmsPackagesStatistics, CallbackStatusStatistics,
// ReportConversion and DescribePhoneNumberInfo.
package tencentsim

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/sim"
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
	sim.Old

	cfg Config

	mu         sync.Mutex
	balance    int
	serials    int
	sent       map[string][]sentText // by number, for the limits
	counts     map[string]counts     // by hour
	deliveries box[Delivery]
	replies    box[Reply]
}

var _ sim.Service = (*Service)(nil)

// New returns a simulated account.
func New(cfg Config) *Service {
	if cfg.PerDay == 0 {
		cfg.PerDay = 2
	}
	s := &Service{cfg: cfg, sent: map[string][]sentText{}, counts: map[string]counts{}}
	if cfg.Balance != nil {
		s.balance = *cfg.Balance
	}
	return s
}

// Name returns "tencent".
func (s *Service) Name() string { return "tencent" }

// Owns reports whether the request speaks Tencent Cloud's protocol.
func (s *Service) Owns(r *http.Request) bool {
	return r.URL.Path == "/" &&
		(strings.HasPrefix(r.Header.Get("Authorization"), algorithm) || r.Header.Get("X-TC-Action") != "" || r.Header.Get("X-TC-Version") != "")
}

// Serve answers one request.
func (s *Service) Serve(c *sim.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.checkRequest(c); code != "" {
		refuse(c, code)
		return
	}
	action := actions[c.Request.Header.Get("X-TC-Action")]
	params, fault := readParams(c, action.fields)
	if fault.Code != "" {
		refuseWith(c, fault)
		return
	}
	action.serve(s, c, params)
}

// action is one of the calls: its fields and what it does.
type action struct {
	fields []field
	serve  func(s *Service, c *sim.Call, p params)
}

var actions = map[string]action{
	"SendSms":                         {sendFields, (*Service).send},
	"PullSmsSendStatus":               {pullFields, (*Service).pullDeliveries},
	"PullSmsSendStatusByPhoneNumber":  {pullByPhoneFields, (*Service).pullDeliveriesByPhone},
	"PullSmsReplyStatus":              {pullFields, (*Service).pullReplies},
	"PullSmsReplyStatusByPhoneNumber": {pullByPhoneFields, (*Service).pullRepliesByPhone},
	"SendStatusStatistics":            {statisticsFields, (*Service).statistics},
}

// checkRequest returns the code to refuse the request with, or "": what is
// checked before the body is read.
func (s *Service) checkRequest(c *sim.Call) string {
	if c.Request.Method != http.MethodPost {
		c.Explain("method: want POST (GET is not simulated)")
		return "UnsupportedProtocol"
	}
	if code := s.checkSignature(c); code != "" {
		return code
	}
	header := c.Request.Header
	_, known := actions[header.Get("X-TC-Action")]
	switch {
	case s.cfg.Token != header.Get("X-TC-Token"):
		c.Explain("X-TC-Token: not the token of the temporary key, or given for a permanent one")
		return "AuthFailure.TokenFailure"
	case !known:
		c.Explain("X-TC-Action: no such action, or not simulated")
		return "InvalidAction"
	case header.Get("X-TC-Version") != version:
		c.Explain("X-TC-Version: want %s", version)
		return "NoSuchVersion"
	case header.Get("X-TC-Region") == "":
		c.Explain("X-TC-Region: missing")
		return "MissingParameter"
	}
	return ""
}

// version is the API version.
const version = "2021-01-11"

// beijing is the service's zone: the whole country has one.
var beijing = time.FixedZone("UTC+8", 8*60*60)
