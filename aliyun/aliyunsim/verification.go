package aliyunsim

import (
	"net/http"
	"time"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// VerificationConfig describes 短信认证 of the simulated account. Every zero value
// switches the rule off or has the default that it names.
type VerificationConfig struct {
	// Signs are the given signatures (赠送签名), such as GiftSigns. With none, every
	// signature is accepted.
	Signs []string
	// Templates are the texts of the given templates (赠送模板) by their code, with ${code}
	// and ${min}, such as GiftTemplates. With none, every one is accepted and the text is
	// the values.
	Templates map[string]string
	// Interval switches on the time between two sends to one number, which a request
	// chooses: 60 seconds unless it says otherwise.
	Interval bool
	// CodeLife is how long a code is valid whose request does not say so. Default: 5
	// minutes.
	CodeLife time.Duration
	// Tries is how many wrong tries use a code up. The real service's number is not
	// known. 0: no limit.
	Tries int
	// Unknown200 answers a wrong code as the documents have it, with HTTP 200 and the
	// result UNKNOWN. The real service was seen to answer HTTP 400 isv.ValidateFail.
	Unknown200 bool
}

// Verification is 短信认证 of a simulated account. Put it into a sim.Server, beside the
// Service that it comes from or alone.
type Verification struct {
	*sim.Account

	shared *account
	ledger ledger
	codes  map[codeKey][]*code
	sent   map[string]time.Time // the last text, by number
}

func newVerification(billing *sim.Account, shared *account) *Verification {
	return &Verification{
		Account: billing, shared: shared, ledger: ledger{billing: billing},
		codes: map[codeKey][]*code{}, sent: map[string]time.Time{},
	}
}

// Name returns "aliyun-verification".
func (v *Verification) Name() string { return verificationName }

// Codes are those of the vendor's tables.
func (v *Verification) Codes() facts.Codes { return aliyun.VerificationCodes() }

// Owns reports whether the request speaks Alibaba Cloud's protocol, and is not for
// 短信服务. It reads the body, and puts it back: a client may name the call there alone.
func (v *Verification) Owns(r *http.Request) bool { return verification.owns(r, texts) }

// Judge decides about one request. Calls that are not simulated say so whoever asks.
func (v *Verification) Judge(c *sim.Call) sim.Outcome {
	r := readRequest(c)
	if o := sim.FirstRefusal(c, r, verification.knows, v.shared.checkGateway); o.Refused() {
		return o
	}
	judges := map[string]func(*sim.Call, request) sim.Outcome{
		"SendSmsVerifyCode": v.judgeSend, "CheckSmsVerifyCode": v.judgeCheck, queryAction: v.judgeQuery,
	}
	return v.shared.spend(c, r, judges[r.action](c, r))
}

// Report says what became of a text. It is found by QuerySendDetails, and goes into the
// queue that PushReports empties.
func (v *Verification) Report(d Delivery) {
	v.Lock()
	defer v.Unlock()
	v.ledger.report(d)
}
