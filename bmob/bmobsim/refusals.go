package bmobsim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the vendor's table, as far as texts are concerned. Wordings in
// lower case with a dot or a %s, and the Chinese ones, are the service's; the
// others describe the code.
var refusals = []sim.Refusal{
	{Code: "401", Kind: provider.KindAuth, Text: "unauthorized"},
	{Code: "500", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "It is busy...Try it later!"},
	{Code: "107", Kind: provider.KindConfig, Text: "invalid json."},
	{Code: "109", Kind: provider.KindConfig, Text: "login data required."},
	{Code: "110", Kind: provider.KindUnavailable, Text: "db is moving, please do not use http method POST,PUT,DELETE"},
	{Code: "111", Kind: provider.KindConfig, Text: "wrong type for key %s"},
	{Code: "118", Kind: provider.KindConfig, Text: "param %s is need."},
	{Code: "121", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "API quota used up"},
	{Code: "122", Kind: provider.KindAuth, Text: "permission check failed"},
	{Code: "207", Kind: provider.KindCodeMismatch, Text: "code error:%s."},
	{Code: "209", Kind: provider.KindConfig, Text: "mobilePhoneNumber '%s' already taken."},
	{Code: "233", Kind: provider.KindConfig, Text: "API disabled"},
	{Code: "301", Kind: provider.KindRecipient, Text: "手机号码必须是11位的数字"},
	{Code: "302", Kind: provider.KindConfig, Text: "your app setting '%s'."},
	{Code: "501", Kind: provider.KindConfig, Text: "you are forbidden."},
	{Code: "1005", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "monthly API limit"},
	{Code: "10006", Kind: provider.KindConfig, Text: "professional plan required"},
	{Code: "10007", Kind: provider.KindUnknown, Text: "generic text"},
	{Code: "10008", Kind: provider.KindConfig, Text: "app disabled"},
	{Code: "10010", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "mobile '%s' send message limited."},
	{Code: "10011", Kind: provider.KindBalance, Text: "no remaining number for send messages."},
	{Code: "10012", Kind: provider.KindConfig, Text: "identity not approved"},
	{Code: "10013", Kind: provider.KindContent, Text: "sms content illegal."},
	{Code: "10014", Kind: provider.KindContent, Text: "sms content contain url."},
	{Code: "10015", Kind: provider.KindContent, Text: "illegal content."},
	{Code: "10016", Kind: provider.KindBalance, Text: "restful短信已用完"},
	{Code: "10017", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "your device: %s send sms reach limit"},
	{Code: "10018", Kind: provider.KindConfig, Text: "smsId:%s not found"},
	{Code: "10019", Kind: provider.KindConfig, Text: "sendTime format"},
	{Code: "10020", Kind: provider.KindConfig, Text: "sendTime too close"},
	{Code: "10021", Kind: provider.KindConfig, Text: "app may not use the custom SMS call"},
	{Code: "10022", Kind: provider.KindTemplate, Text: "template missing"},
	{Code: "10076", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "Qps beyond the limit"},
	{Code: "10200", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "network timeout while processing"},
	{Code: "10210", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "app over its half-hour request limit"},
}

// Refusals lists the failures that calls can be answered with. 401 and 500 are
// HTTP statuses that come without a code.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }
