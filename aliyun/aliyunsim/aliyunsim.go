// Package aliyunsim simulates Alibaba Cloud's (阿里云) two products for texts, API version
// 2017-05-25, for tests: 短信服务 (Dysmsapi) with SendSms, SendBatchSms, QuerySendDetails
// and GetSmsSign, and 短信认证 (Dypnsapi) with SendSmsVerifyCode, CheckSmsVerifyCode and
// QuerySendDetails. They are two services that share an account:
//
//	account := aliyunsim.New(aliyunsim.Config{AccessKeyID: "id", AccessKeySecret: "secret"})
//	server := sim.Start(t, account, account.Verification())
//
// Both take GET and POST, fields in the query, in the body or in both, and two kinds of
// signatures: ACS3-HMAC-SHA256 in headers (V3) and HMAC-SHA1 in fields (V1). A verdict
// says which line of what was signed differs. Both push reports, and 短信服务 replies.
//
// QuerySendDetails is a call of both products, with the same fields. The host decides whose
// it is, where it is one of theirs, then the end of the BizId (^0 is 短信服务, ^4 is
// 短信认证). What is left goes to the service that was given to the server first.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or not
// at all. Of both products:
//
//   - The order in which faults are noticed, and the wording of most refusals: the words
//     are those of the tables of codes, which describe the code.
//   - The HTTP status of each code of the gateway, and its Recommend. The codes of a
//     request without a field (here MissingParameter), without a part of the signature
//     (here IncompleteSignature), with a time that cannot be read (here
//     InvalidTimeStamp.Expired) and with a token that is not the key's (here
//     InvalidSecurityToken.Expired).
//   - The numbers in the header that comes with Throttling.User and Throttling.Api. They
//     are always the same.
//   - Whether a Timestamp of V1 may be 15 minutes off, as a date of V3 may (here it may).
//     Whether the nonce of a request that was refused is used up (here not), and how long
//     a nonce is remembered (here 30 minutes).
//   - Whether V3 is refused when an x-acs- header is not signed (here it is: the document
//     wants them all signed). Which field counts of two, one in the query and one in the
//     body (here that in the query). Whether a body may be multipart/form-data (here it
//     may).
//   - Of QuerySendDetails: the order of the texts (here the newest first), the zone of days
//     and times (here Beijing's), what stands in the place of ReceiveDate and ErrCode while
//     a text waits for its receipt (here nothing), and the codes of its refusals.
//   - The balance: one pays both products, in segments. The real ones have packs that do
//     not mix. A text is paid when it is accepted, and what it cost comes back with a report
//     that it failed; the real ones bill no text that did not arrive.
//   - Of pushes: how many reports are in one (here up to 100), whether a code other than 0
//     takes them as well (here not), the zone of the times (here Beijing's), and the waits
//     of 1, 5 and 10 minutes before a push is repeated (here none).
//   - Answers in XML, which V1 gives to requests without Format=JSON, methods other than
//     GET and POST, and the products' other calls. They are refused with
//     InvalidAction.NotFound and words that begin with "not simulated". The pushes of
//     reviews and the queue (MNS) are not simulated, nor are limits of requests a second.
//
// Of 短信服务:
//
//   - What happens to a request to several numbers when one of them is refused: here all of
//     it is, with that number's code.
//   - Whether a number abroad may have a plus or 00 before it (here not).
//   - The codes of a number abroad with a template for the mainland (here
//     isv.MOBILE_NUMBER_ILLEGAL), of lists of different lengths (here
//     isv.INVALID_JSON_PARAM), of an empty variable (here isv.TEMPLATE_MISSING_PARAMETERS),
//     of a value that a template for codes does not take (here isv.PARAM_LENGTH_LIMIT and
//     isv.TEMPLATE_PARAMS_ILLEGAL), of an OutId that is too long (here
//     isv.INVALID_PARAMETERS) and of a signature that GetSmsSign does not find (here
//     isv.SMS_SIGNATURE_ILLEGAL). Whether values for which the template has no variable are
//     refused (here not).
//   - Which day the 50 texts a day mean (here that of Beijing), and the words with that
//     limit. The 40 codes that a number gets in 24 hours from everybody together and the
//     account's own caps are not simulated.
//   - The carrier of a number: it is read from how the number begins, by a table that is a
//     guess, and numbers that have moved to another carrier keep that.
//   - Of GetSmsSign: which of its many members come (here a few, without times), whether
//     they are numbers or texts, and the RegisterResult where carriers differ.
//
// Of 短信认证:
//
//   - The wording of the given templates. The limits of a number by the hour and the day:
//     there are none here.
//   - The codes of fields that are out of bounds (here isv.INVALID_PARAMETERS, and
//     MOBILE_NUMBER_ILLEGAL for the number), and what a number of Config.Blocked gets (here
//     the text is accepted, and with Config.Deliver the report says MOBILE_IN_BLACK).
//   - How many wrong tries a code bears (Config.Verification.Tries chooses). Whether a
//     caller's own code replaces those of the service (here not), whether the newest code
//     replaces those sent with DuplicatePolicy 2 (here it does, unless it has that policy
//     too), and whether a check that passed uses up the others (here not).
//   - The CaseAuthPolicy of a check that names none (here 1), whether its OutId has to be
//     that of the send (here not), and whether Interval is that of the earlier or of the
//     later request (here of the later). AutoRetry does nothing.
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
	s.ledger.billing = s.Account
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
