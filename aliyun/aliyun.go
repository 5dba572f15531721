// Package aliyun sends through Alibaba Cloud (阿里云), which has two products for texts.
//
// # Service
//
// New is 短信服务 (Dysmsapi), which everybody means by the name: templates of your own, to the
// mainland and abroad, under a signature of your own. Companies only: since 2025-06-06 a
// person gets no signature. The provider's name is "aliyun".
//
// NewVerification is 短信认证 (Dypnsapi, a part of 号码认证服务): verification codes to
// mainland numbers, under a signature and a template that the service gives. Personal
// real-name verification is enough, which makes it an official channel that is open to a
// person. The provider's name is "aliyun-verification".
//
// Both take forms over HTTPS, signed with ACS3-HMAC-SHA256, and answer in JSON. Numbers
// and codes stand in the body of a request, never in its address. Both tell what became
// of a text, when they are asked and by pushes.
//
// # Settings
//
// AccessKeyID and AccessKeySecret are an AccessKey of RAM, best of a user that may do
// nothing else. For 短信服务 it needs dysms:SendSms, for 短信认证 dypns:SendSmsVerifyCode, and
// dypns:CheckSmsVerifyCode where the service makes the codes. That the other calls need
// permissions of their names is inferred: dysms:SendBatchSms for SendBatch,
// dysms:QuerySendDetails or dypns:QuerySendDetails for ReadStatus, dysms:GetSmsSign for
// ReadFiling. SecurityToken belongs to a temporary key of STS. This machine's clock may be
// 15 minutes off.
//
// Reports are pushed to an address that is set in the product's console. Nothing signs
// them: give it a provider.RequireSecret.
//
// 短信服务 sends to mainland numbers only for machines in mainland China. 短信认证 has one
// host, 短信服务 others by region; see Config.Region.
//
// # Templates
//
// A Template's ID is its TemplateCode: SMS_ and digits for 短信服务, digits for 短信认证
// (100001 is the one for logins). Params are the names of its variables. A variable takes
// neither an empty value nor a URL.
//
// The given templates of 短信认证 have two variables, code and min, the minutes for which
// the code is valid. Where Params has nothing but code, min is filled with
// VerificationConfig.CodeLife. Who makes the code is up to the template:
//
//	"login": {ID: "100001", Params: []string{"code"}}
//
// sends the caller's code, as every other provider does, so that a retry through here
// carries the code of the first attempt, and receipts say CodeByCaller. With
//
//	"login": {ID: "100001"}
//
// the service makes the code: receipts say CodeByProvider, and provider.Verify checks it,
// at no charge. A message that has a code all the same is refused, unless the template's
// Ignore names it.
//
// # Failure codes
//
// The tables are codes.txt, codes-verification.txt and, for the gateway in front of both,
// codes-gateway.txt. A signature that is not filed with a carrier (签名实名制报备) is
// accepted at the call; the failure comes with the report, as KindSignature. ReadFiling
// says beforehand how far the filing is.
//
// # Limits
//
// 短信服务: by default a code once a minute, 5 times an hour and 10 times in 24 hours for one
// signature and number, and 40 times in 24 hours for a number from everybody together;
// other texts 50 a day. 1,000 numbers in a batch here. 短信认证: by default one code a minute
// for one number, and limits by the hour and the day that are not published. A code of its own has 4 to 8 digits and is
// good for one successful check; how many wrong ones it bears is not known. A text costs
// 0.045 yuan through 短信服务, 0.06 through 短信认证 (2026-11); only what arrives is billed.
// Facts read on 2026-11-28.
package aliyun

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of Config.
const (
	DefaultName    = "aliyun"
	DefaultBaseURL = "https://dysmsapi.aliyuncs.com"
)

// regions are the hosts of 短信服务 besides the central one (official Go SDK
// dysmsapi-20170525 v5.5.0, 2026-02).
var regions = map[string]string{
	"ap-southeast-1": "https://dysmsapi.ap-southeast-1.aliyuncs.com",
	"ap-southeast-5": "https://dysmsapi.ap-southeast-5.aliyuncs.com",
	"cn-beijing":     "https://dysmsapi-proxy.cn-beijing.aliyuncs.com",
	"cn-hongkong":    "https://dysmsapi-xman.cn-hongkong.aliyuncs.com",
	"eu-central-1":   "https://dysmsapi.eu-central-1.aliyuncs.com",
	"us-east-1":      "https://dysmsapi.us-east-1.aliyuncs.com",
}

// Config configures a Provider.
type Config struct {
	// AccessKeyID and AccessKeySecret are the AccessKey. Required.
	AccessKeyID     string
	AccessKeySecret provider.Secret
	// SecurityToken belongs to a temporary key of STS; empty for a permanent one.
	SecurityToken provider.Secret
	// Region chooses a host besides the central one, such as "ap-southeast-1". Regions
	// that have none, such as "cn-hangzhou", are served by the central host. Default: the
	// central host.
	Region string
	// Sign is the approved signature, without brackets, of messages whose template has
	// none of its own. One of the two is required.
	Sign string

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates
	// Rand is where the nonces of requests come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: that of the Region, or DefaultBaseURL.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts and signatures. Default: time.Now.
	Now func() time.Time
}

// Provider sends through 短信服务. It is a provider.Provider, BatchSender, StatusReader and
// ReportParser.
type Provider struct {
	adapter.Identity
	product
	sign string // of the account
}

// New returns a Provider for 短信服务, or an error that names every faulty field. The
// Provider beside an error panics when it is used, and says why.
func New(cfg Config) (*Provider, error) {
	client, err := adapter.New(adapter.Config{
		Service: DefaultName, Title: "Aliyun", Codes: Codes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, regions[cfg.Region], DefaultBaseURL), PlainHTTP: cfg.PlainHTTP,
		Credentials: credentials(cfg.AccessKeyID, cfg.AccessKeySecret, cfg.SecurityToken), Templates: cfg.Templates,
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}, cfg.problems()...)
	if err != nil {
		return &Provider{}, err
	}
	key := newKey(cfg.AccessKeyID, cfg.AccessKeySecret, cfg.SecurityToken)
	return &Provider{client.Identity("aliyun.Provider"), product{client, Codes(), key}, cfg.Sign}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	_, err := New(cfg)
	return err
}

// problems checks what only 短信服务 asks for.
func (cfg Config) problems() []error {
	var problems []error
	if cfg.Region != "" && cfg.BaseURL == "" && regions[cfg.Region] == "" {
		known := strings.Join(slices.Sorted(maps.Keys(regions)), ", ")
		problems = append(problems, fmt.Errorf("Region: %q is none of those known: %s; leave it empty for the central host", cfg.Region, known))
	}
	problems = append(problems, signProblems(cfg.Sign, cfg.Templates)...)
	return append(problems, adapter.EachTemplate(cfg.Templates, templateProblems))
}

var templateCode = regexp.MustCompile(`^SMS_\d+$`)

func templateProblems(template provider.Template) []string {
	var problems []string
	if !templateCode.MatchString(template.ID) {
		problems = append(problems, "ID: want SMS_ and digits: Aliyun sends by template code")
	}
	if problem := signProblem(template.Sign); problem != "" {
		problems = append(problems, problem)
	}
	return problems
}

// Send submits one text. Message.Ref goes out as OutId, which has room for 256
// characters, and comes back in reports. Receipt.Extra holds "request_id".
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := p.client.NewSend(m)
	t, err := p.newText(call, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	answer, err := p.ask(ctx, call, "SendSms", t.form(m.To))
	if err != nil {
		return provider.Receipt{}, err
	}
	receipt := call.Receipt(string(answer.BizID))
	receipt.Extra = answer.extra(call)
	return receipt, nil
}

// text is what one message says, whoever gets it.
type text struct{ template, sign, ref, param string }

// newText checks what is the same for every number.
func (p *Provider) newText(call *adapter.Call, m provider.Message) (text, error) {
	template, err := call.Template()
	if err != nil {
		return text{}, err
	}
	vars, err := call.Vars(template)
	if err != nil {
		return text{}, err
	}
	if err := checkVars(call, vars); err != nil {
		return text{}, err
	}
	t := text{template: template.ID, sign: cmp.Or(template.Sign, p.sign), ref: m.Ref}
	if len(vars) > 0 {
		t.param = templateParam(vars)
	}
	return t, checkRef(call, m.Ref)
}

// form is the text to one number.
func (t text) form(to provider.Phone) adapter.Form {
	var form adapter.Form
	form.AddIfSet("OutId", t.ref)
	form.Add("PhoneNumbers", numberOf(to))
	form.Add("SignName", t.sign)
	form.Add("TemplateCode", t.template)
	form.AddIfSet("TemplateParam", t.param)
	return form
}

// numberOf writes a number as Aliyun takes it: those abroad with the country code and
// without a plus.
func numberOf(to provider.Phone) string {
	if to.IsMainland() {
		return to.National()
	}
	return strings.TrimPrefix(to.E164(), "+")
}
