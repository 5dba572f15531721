package aliyunsim

import (
	"net/http"
	"slices"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// Config describes the simulated account. AccessKeyID and AccessKeySecret are required;
// every other zero value switches the rule off.
type Config struct {
	// AccessKeyID and AccessKeySecret are the only key accepted, by both products.
	AccessKeyID, AccessKeySecret string
	// SecurityToken makes it a temporary key: requests must carry it.
	SecurityToken string
	// Abroad says that requests come from outside mainland China: 短信服务 takes no texts
	// to mainland numbers from there.
	Abroad bool
	// Signs are the account's own signatures by name. With none, every signature is
	// approved, and filed with every carrier.
	Signs map[string]Sign
	// Templates are the approved templates by their code, such as SMS_154950909. With
	// none, every one is accepted and the text is the values.
	Templates map[string]Template
	// Blocked are numbers that get nothing, in E.164 form.
	Blocked []string
	// Balance is how many segments both products together can be paid; it runs down.
	// nil: no end.
	Balance *int
	// Limits switches on the limits of 短信服务 for a number and a signature: codes one a
	// minute, five an hour and ten in 24 hours, other texts 50 a day of one template. A
	// template that is not in Templates counts as one for codes.
	Limits bool
	// Deliver reports what became of every accepted text at once. Without it, use Report.
	Deliver bool
	// Verification is 短信认证.
	Verification VerificationConfig
}

// Names of the two services.
const (
	serviceName      = "aliyun"
	verificationName = "aliyun-verification"
)

// Template is an approved template of 短信服务.
type Template struct {
	// Text has ${code} and the like for variables.
	Text string
	// Code makes it one for codes: it has one variable, of four to six letters or digits.
	Code bool
	// International makes it one for numbers outside mainland China, and only for those.
	International bool
}

// account is what the two products share.
type account struct {
	cfg    Config
	nonces nonces
}

// Service is a simulated account of Alibaba Cloud with 短信服务. Put it into a
// sim.Server, and what Verification returns beside it.
type Service struct {
	*sim.Account

	shared       *account
	ledger       ledger
	replies      []Reply
	verification *Verification
}

// New returns a simulated account. It panics when cfg is one that no request could
// satisfy.
func New(cfg Config) *Service {
	cfg.demand()
	billing := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "isv.OUT_OF_SERVICE", Blocked: cfg.Blocked, NumberField: numbersField}
	if cfg.Limits {
		billing.Limits = cfg.limits()
	}
	s := &Service{Account: sim.NewAccount(billing), shared: &account{cfg: cfg, nonces: nonces{used: map[string]bool{}}}}
	s.verification = newVerification(s.Account, s.shared)
	return s
}

// Verification returns the account's 短信认证, the same one each time.
func (s *Service) Verification() *Verification { return s.verification }

// Name returns "aliyun".
func (s *Service) Name() string { return serviceName }

// Codes are those of the vendor's tables.
func (s *Service) Codes() facts.Codes { return aliyun.Codes() }

// Owns reports whether the request speaks Alibaba Cloud's protocol, and is not for
// 短信认证. It reads the body, and puts it back: a client may name the call there alone.
func (s *Service) Owns(r *http.Request) bool { return texts.owns(r, verification) }

// Judge decides about one request. Calls that are not simulated say so whoever asks.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	r := readRequest(c)
	if o := sim.FirstRefusal(c, r, texts.knows, s.shared.checkGateway); o.Refused() {
		return o
	}
	judges := map[string]func(*sim.Call, request) sim.Outcome{
		"SendSms": s.judgeSend, "SendBatchSms": s.judgeBatch, queryAction: s.judgeQuery, "GetSmsSign": s.judgeSign,
	}
	return s.shared.spend(c, r, judges[r.action](c, r))
}

// Report says what became of a text. It is found by QuerySendDetails, and goes into the
// queue that PushReports empties.
func (s *Service) Report(d Delivery) {
	s.Lock()
	defer s.Unlock()
	s.ledger.report(d)
}

// Receive takes a reply. It goes into the queue that PushReports empties.
func (s *Service) Receive(r Reply) {
	s.Lock()
	defer s.Unlock()
	s.replies = append(s.replies, r)
	s.replies = slices.Delete(s.replies, 0, max(0, len(s.replies)-keptReports))
}
