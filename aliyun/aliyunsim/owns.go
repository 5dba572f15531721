package aliyunsim

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// product is one of the two that have the same keys and signatures.
type product struct {
	// hosts is how the names of its hosts begin.
	hosts string
	// ending is how its BizIds end.
	ending string
	// actions are the calls that are simulated, notSimulated the others.
	actions, notSimulated []string
}

// The products. They share the name QuerySendDetails.
var (
	texts = product{
		hosts: "dysmsapi", ending: "^0",
		actions: []string{"SendSms", "SendBatchSms", queryAction, "GetSmsSign"},
		notSimulated: []string{
			"AddShortUrl", "AddSmsSign", "AddSmsTemplate", "ChangeSignatureQualification", "CheckMobilesCardSupport", "ConversionDataIntl",
			"CreateCardSmsTemplate", "CreateSmsSign", "CreateSmsTemplate", "DeleteShortUrl", "DeleteSmsSign", "DeleteSmsTemplate",
			"GetCardSmsDetails", "GetCardSmsLink", "GetMediaResourceId", "GetOSSInfoForCardTemplate", "GetOSSInfoForUploadFile",
			"GetSmsTemplate", "ListTagResources", "ModifySmsSign", "ModifySmsTemplate", "QueryCardSmsTemplate", "QueryCardSmsTemplateReport",
			"QueryMobilesCardSupport", "QueryPageSmartShortUrlLog", "QuerySendStatistics", "QueryShortUrl", "QuerySmsSign",
			"QuerySmsSignList", "QuerySmsTemplate", "QuerySmsTemplateList", "SendBatchCardSms", "SendCardSms", "SmsConversionIntl",
			"TagResources", "UntagResources", "UpdateSmsSign", "UpdateSmsTemplate",
		},
	}
	verification = product{
		hosts: "dypnsapi.", ending: "^4",
		actions: []string{"SendSmsVerifyCode", "CheckSmsVerifyCode", queryAction},
		notSimulated: []string{
			"CreateSchemeConfig", "CreateVerifyScheme", "DeleteVerifyScheme", "DescribeVerifyScheme", "GetAuthToken", "GetAuthorizationUrl",
			"GetFusionAuthToken", "GetMobile", "GetPhoneWithToken", "GetSmsAuthTokens", "QueryGateVerifyBillingPublic",
			"QueryGateVerifyStatisticPublic", "VerifyMobile", "VerifyPhoneWithToken", "VerifySmsCode", "VerifyWithFusionAuthToken",
		},
	}
)

const queryAction = "QuerySendDetails"

// owns reports whether a request speaks the protocol of both products, and is none of the
// other product's. The host decides, where it is one of the service's; then the call; then
// the BizId of the text that is asked about. What is left is owned by both.
func (p product) owns(r *http.Request, other product) bool {
	if !hasPath(r) || isTencent(r.Header) {
		return false
	}
	fields := peek(r)
	action := cmp.Or(r.Header.Get(actionHeader), fields.Get("Action"))
	switch {
	case !isV3(r.Header) && !isV1(fields):
		return false
	case strings.HasPrefix(r.Host, p.hosts) || strings.HasPrefix(r.Host, other.hosts):
		return strings.HasPrefix(r.Host, p.hosts)
	case p.has(action) != other.has(action):
		return p.has(action)
	case action == queryAction:
		return !strings.HasSuffix(fields.Get("BizId"), other.ending)
	}
	return true
}

// hasPath reports whether the path is /, behind what a base URL has before it.
func hasPath(r *http.Request) bool {
	return r.URL.Path == "" || strings.HasSuffix(r.URL.Path, "/") && !strings.HasSuffix(r.URL.Path, "//")
}

// isTencent reports whether a request is meant for Tencent Cloud, whose path is / as well.
func isTencent(header http.Header) bool {
	return strings.HasPrefix(header.Get(authorizationHeader), "TC3-") || header.Get("X-TC-Action") != "" || header.Get("X-TC-Version") != ""
}

// isV1 reports whether some fields are those of the old signature.
func isV1(fields url.Values) bool {
	return fields.Has("AccessKeyId") || fields.Has("SignatureNonce") || fields.Has("SignatureMethod") || fields.Has("SignatureVersion")
}

// peek returns the fields of the query and the body, and leaves the body as it was. The
// server has read it from the network already.
func peek(r *http.Request) url.Values {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	fields, _ := (&sim.Call{Request: r, Body: body}).Form()
	return fields
}

// has reports whether a call is one of the product's.
func (p product) has(action string) bool {
	return slices.Contains(p.actions, action) || slices.Contains(p.notSimulated, action)
}

// knows refuses a call that the product has not, or the simulator.
func (p product) knows(_ *sim.Call, r request) sim.Outcome {
	switch {
	case slices.Contains(p.notSimulated, r.action):
		return sim.NotSimulated(badAction, r.actionIn, r.action)
	case !slices.Contains(p.actions, r.action):
		return sim.Refuse(badAction, "%s: no such action%s", r.actionIn, r.broken)
	}
	return sim.Outcome{}
}
