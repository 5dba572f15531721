package aliyun

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Default values of VerificationConfig.
const (
	DefaultVerificationName    = "aliyun-verification"
	DefaultVerificationBaseURL = "https://dypnsapi.aliyuncs.com"
	DefaultCodeLength          = 6
	DefaultCodeLife            = 5 * time.Minute
)

const (
	shortestCode  = 4
	longestCode   = 8
	longestScheme = 20
	longestLife   = 24 * time.Hour
)

// ownCode in the place of a code lets the service make one.
const ownCode = "##code##"

// minutesParam is the variable of the given templates that says how long the code is
// valid.
const minutesParam = "min"

// VerificationConfig configures a Verification.
type VerificationConfig struct {
	// AccessKeyID and AccessKeySecret are the AccessKey. Required.
	AccessKeyID     string
	AccessKeySecret provider.Secret
	// SecurityToken belongs to a temporary key of STS; empty for a permanent one.
	SecurityToken provider.Secret
	// Sign is one of the given signatures (赠送签名) that the console lists, without
	// brackets, for templates that have none of their own. One of the two is required.
	Sign string
	// CodeLife is how long a code is valid, in whole minutes: it stands in the text, and
	// the service keeps to it where it makes the code. Default: DefaultCodeLife.
	CodeLife time.Duration
	// CodeLength is how many digits a code has that the service makes, 4 to 8. Default:
	// DefaultCodeLength.
	CodeLength int
	// Scheme is the SchemeName that a code of the service's belongs to, of up to 20
	// characters: it can be checked by a Verification with the same one only, and by each
	// of these. Default: the service's default scheme.
	Scheme string

	// Templates maps logical names to given templates (赠送模板). Required.
	Templates provider.Templates
	// Rand is where the nonces of requests come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultVerificationName.
	Name string
	// BaseURL is where the service is. Default: DefaultVerificationBaseURL.
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

// Verification sends codes through 短信认证. It is a provider.Provider, Verifier,
// CodeMaker, StatusReader and ReportParser.
type Verification struct {
	adapter.Identity
	product
	config func() VerificationConfig // fmt does not look into functions
}

var (
	_ provider.Verifier  = (*Verification)(nil)
	_ provider.CodeMaker = (*Verification)(nil)
)

// NewVerification returns a Verification for 短信认证, or an error that names every faulty
// field. The Verification beside an error panics when it is used, and says why.
func NewVerification(cfg VerificationConfig) (*Verification, error) {
	cfg.CodeLife, cfg.CodeLength = cmp.Or(cfg.CodeLife, DefaultCodeLife), cmp.Or(cfg.CodeLength, DefaultCodeLength)
	client, err := adapter.New(adapter.Config{
		Service: DefaultVerificationName, Title: "Aliyun", Codes: VerificationCodes(),
		Name: cfg.Name, BaseURL: cmp.Or(cfg.BaseURL, DefaultVerificationBaseURL), PlainHTTP: cfg.PlainHTTP,
		Credentials: credentials(cfg.AccessKeyID, cfg.AccessKeySecret, cfg.SecurityToken), Templates: cfg.Templates,
		Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient, Now: cfg.Now, Rand: cfg.Rand,
	}, cfg.problems()...)
	if err != nil {
		return &Verification{}, err
	}
	key := newKey(cfg.AccessKeyID, cfg.AccessKeySecret, cfg.SecurityToken)
	asked := product{client, VerificationCodes(), key}
	return &Verification{client.Identity("aliyun.Verification"), asked, func() VerificationConfig { return cfg }}, nil
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg VerificationConfig) Validate() error {
	_, err := NewVerification(cfg)
	return err
}

// problems checks what only 短信认证 asks for.
func (cfg VerificationConfig) problems() []error {
	var problems []error
	if cfg.CodeLife < time.Minute || cfg.CodeLife > longestLife || cfg.CodeLife%time.Minute != 0 {
		problems = append(problems, fmt.Errorf("CodeLife: want whole minutes, as the text has them, up to %v", longestLife))
	}
	if cfg.CodeLength < shortestCode || cfg.CodeLength > longestCode {
		problems = append(problems, fmt.Errorf("CodeLength: want %d to %d", shortestCode, longestCode))
	}
	if utf8.RuneCountInString(cfg.Scheme) > longestScheme {
		problems = append(problems, fmt.Errorf("Scheme: has more than %d characters", longestScheme))
	}
	problems = append(problems, signProblems(cfg.Sign, cfg.Templates)...)
	return append(problems, adapter.EachTemplate(cfg.Templates, givenTemplateProblems))
}

func givenTemplateProblems(template provider.Template) []string {
	var problems []string
	if !adapter.IsDigits(template.ID) {
		problems = append(problems, "ID: want the number of a given template, such as 100001")
	}
	if problem := signProblem(template.Sign); problem != "" {
		problems = append(problems, problem)
	}
	if makesCode(template) && len(template.Params) > 0 {
		problems = append(problems, `Params: want "code" among them; or none, and the service makes the code`)
	}
	return problems
}

// makesCode reports whether the service makes the code of that template's texts.
func makesCode(template provider.Template) bool {
	return !slices.Contains(template.Params, provider.ParamCode)
}

// CodeTemplates lists the templates without Params, in whose texts the service puts its
// own code.
func (v *Verification) CodeTemplates() []string { return v.client.TemplateNames(makesCode) }

// Send submits one code, to a mainland number. Message.Ref goes out as OutId, which has
// room for 256 characters, and comes back in reports. Receipt.Extra holds "request_id",
// and, where the service made the code, the OutId as "out_id", which the check repeats.
func (v *Verification) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	call := v.client.NewSend(m)
	template, err := call.Template()
	if err != nil {
		return provider.Receipt{}, err
	}
	form, err := v.form(call, template, m)
	if err != nil {
		return provider.Receipt{}, err
	}
	answer, err := v.ask(ctx, call, "SendSmsVerifyCode", form)
	if err != nil {
		return provider.Receipt{}, err
	}
	receipt := call.Receipt(string(answer.model().BizID))
	receipt.Extra = answer.extra(call)
	if makesCode(template) {
		receipt.Code = provider.CodeByProvider
		receipt.Extra = withOutID(receipt.Extra, m.Ref)
	}
	return receipt, nil
}

// form checks a message and writes it as the service takes it.
func (v *Verification) form(call *adapter.Call, template provider.Template, m provider.Message) (adapter.Form, error) {
	if !m.To.IsMainland() {
		return nil, call.Fail(provider.KindUnsupported, "To: Aliyun's 短信认证 takes mainland numbers only")
	}
	cfg := v.config()
	vars, err := cfg.vars(call, template)
	if err != nil {
		return nil, err
	}
	var form adapter.Form
	if makesCode(template) {
		form.Add("CodeLength", strconv.Itoa(cfg.CodeLength))
		form.Add("CodeType", digitsOnly)
	}
	form.AddIfSet("OutId", m.Ref)
	form.Add("PhoneNumber", m.To.National())
	form.AddIfSet("SchemeName", cfg.Scheme)
	form.Add("SignName", cmp.Or(template.Sign, cfg.Sign))
	form.Add("TemplateCode", template.ID)
	form.Add("TemplateParam", templateParam(vars))
	if makesCode(template) {
		form.Add("ValidTime", strconv.Itoa(int(cfg.CodeLife/time.Second)))
	}
	return form, checkRef(call, m.Ref)
}

// digitsOnly is the CodeType of codes that people type. Without one, every check was seen
// to fail.
const digitsOnly = "1"

// vars are the values of a given template: the caller's, or a code of the service's, and
// the minutes for which it is valid.
func (cfg VerificationConfig) vars(call *adapter.Call, template provider.Template) (adapter.Vars, error) {
	minutes := adapter.Field{Name: minutesParam, Value: strconv.Itoa(int(cfg.CodeLife / time.Minute))}
	if makesCode(template) {
		return adapter.Vars{{Name: provider.ParamCode, Value: ownCode}, minutes}, call.OwnText(template)
	}
	vars, err := call.Vars(template)
	if err != nil {
		return nil, err
	}
	if len(vars) == 1 { // the code alone; who names more names all
		vars = append(vars, minutes)
	}
	for _, value := range vars {
		if err := checkGiven(call, value); err != nil {
			return nil, err
		}
	}
	return vars, checkVars(call, vars)
}

// checkGiven refuses what a variable of the given templates does not take.
func checkGiven(call *adapter.Call, value adapter.Field) error {
	switch {
	case strings.Contains(value.Value, ownCode):
		return call.Fail(provider.KindTemplate, "Params[%q]: has %s, in whose place the service puts a code of its own; "+
			"to let it, take %q out of the template's Params", value.Name, ownCode, provider.ParamCode)
	case value.Name == provider.ParamCode && !isCode(value.Value):
		return call.Fail(provider.KindTemplate, "Params[%q]: want %d to %d letters or digits, as the codes of 短信认证 have", value.Name, shortestCode, longestCode)
	case value.Name == minutesParam && !isMinutes(value.Value):
		return call.Fail(provider.KindTemplate, "Params[%q]: want a number of minutes", value.Name)
	}
	return nil
}

// isMinutes reports whether text is a number of minutes, from one to a day.
func isMinutes(text string) bool {
	minutes, err := strconv.Atoi(text)
	return err == nil && adapter.IsDigits(text) && minutes > 0 && minutes <= int(longestLife/time.Minute)
}
