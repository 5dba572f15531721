package tencent

import (
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// codeAccepted is the code of success, in exactly these letters.
const codeAccepted = "Ok"

// meaning is what a failure code means for the caller.
type meaning struct {
	kind        provider.Kind
	scope       provider.Scope
	mayHaveSent bool
	retryAfter  time.Duration
}

// The meanings that several codes share.
var (
	badNumber    = meaning{kind: provider.KindRecipient}
	badText      = meaning{kind: provider.KindContent}
	badTemplate  = meaning{kind: provider.KindTemplate} // template or signature
	credentials  = meaning{kind: provider.KindAuth}
	noBalance    = meaning{kind: provider.KindBalance}
	phoneLimit   = meaning{kind: provider.KindThrottled, scope: provider.ScopePhone}
	accountLimit = meaning{kind: provider.KindThrottled, scope: provider.ScopeAccount}
	blacklisted  = meaning{kind: provider.KindBlocked}
	noSuchPlace  = meaning{kind: provider.KindUnsupported} // destination not served
	accountState = meaning{kind: provider.KindConfig}      // address not allowed, product or application switched off
	badRequest   = meaning{kind: provider.KindConfig}      // the request itself is at fault
	down         = meaning{kind: provider.KindUnavailable} // certainly nothing was sent
	unclear      = meaning{kind: provider.KindUnavailable, mayHaveSent: true}
)

// meanings is the service's table of failures: those of SendSms, those of the
// other calls used here, and those that every Tencent Cloud service shares.
var meanings = map[string]meaning{
	"InvalidParameterValue.IncorrectPhoneNumber": badNumber,
	"FailedOperation.PhoneNumberParseFail":       badNumber,

	"AuthFailure.InvalidAuthorization":                 credentials,
	"AuthFailure.InvalidSecretId":                      credentials,
	"AuthFailure.MFAFailure":                           credentials,
	"AuthFailure.SecretIdNotFound":                     credentials,
	"AuthFailure.SignatureExpire":                      credentials, // clock off by more than 5 minutes
	"AuthFailure.SignatureFailure":                     credentials,
	"AuthFailure.TokenFailure":                         credentials,
	"AuthFailure.UnauthorizedOperation":                credentials,
	"UnauthorizedOperation":                            credentials,
	"UnauthorizedOperation.RequestPermissionDeny":      credentials,
	"UnauthorizedOperation.SmsSdkAppIdVerifyFail":      credentials,
	"InvalidParameterValue.SdkAppIdNotExist":           credentials,
	"InvalidParameter.AppidAndBizId":                   credentials,
	"InternalError.SigFieldMissing":                    credentials,
	"InternalError.SigVerificationFail":                credentials,
	"InternalError.RequestTimeException":               credentials, // clock off by more than 10 minutes
	"FailedOperation.InsufficientBalanceInSmsPackage":  noBalance,
	"UnauthorizedOperation.ServiceSuspendDueToArrears": noBalance,

	"LimitExceeded.PhoneNumberThirtySecondLimit": {
		kind: provider.KindThrottled, scope: provider.ScopePhone, retryAfter: 30 * time.Second,
	},
	"LimitExceeded.PhoneNumberOneHourLimit":          phoneLimit,
	"LimitExceeded.PhoneNumberDailyLimit":            phoneLimit,
	"LimitExceeded.PhoneNumberSameContentDailyLimit": phoneLimit,
	"LimitExceeded.DeliveryFrequencyLimit":           phoneLimit,

	"LimitExceeded":                                     accountLimit,
	"LimitExceeded.AppDailyLimit":                       accountLimit,
	"LimitExceeded.AppMainlandChinaDailyLimit":          accountLimit,
	"LimitExceeded.AppGlobalDailyLimit":                 accountLimit,
	"LimitExceeded.DailyLimit":                          accountLimit,
	"LimitExceeded.AppCountryOrRegionDailyLimit":        accountLimit,
	"RequestLimitExceeded":                              accountLimit,
	"RequestLimitExceeded.GlobalRegionUinLimitExceeded": accountLimit,
	"RequestLimitExceeded.IPLimitExceeded":              accountLimit,
	"RequestLimitExceeded.UinLimitExceeded":             accountLimit,

	"FailedOperation.SignatureIncorrectOrUnapproved":            badTemplate,
	"FailedOperation.TemplateIncorrectOrUnapproved":             badTemplate,
	"FailedOperation.TemplateUnapprovedOrNotExist":              badTemplate,
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate":  badTemplate,
	"FailedOperation.MissingSignature":                          badTemplate,
	"FailedOperation.TemplateIdNotExist":                        badTemplate,
	"FailedOperation.SignIdNotExist":                            badTemplate,
	"InvalidParameterValue.TemplateParameterFormatError":        badTemplate, // a code template takes up to six digits
	"InvalidParameterValue.TemplateParameterLengthLimit":        badTemplate,
	"InvalidParameterValue.ContentLengthLimit":                  badTemplate,
	"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": badTemplate,
	"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": badTemplate,

	"FailedOperation.ContainSensitiveWord":                      badText,
	"FailedOperation.MarketingSendTimeConstraint":               badText,
	"InvalidParameter.DirtyWordFound":                           badText,
	"InvalidParameterValue.TemplateWithDirtyWords":              badText,
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": badText,

	"FailedOperation.PhoneNumberInBlacklist": blacklisted,

	"LimitExceeded.AppCountryOrRegionInBlacklist": noSuchPlace,
	"UnsupportedOperation.UnsupportedRegion":      noSuchPlace,

	"UnsupportedRegion":                             accountState, // Config.Region
	"UnauthorizedOperation.RequestIpNotInWhitelist": accountState,
	"IpNotInWhitelist":                              accountState,
	"IpInBlacklist":                                 accountState,
	"UnauthorizedOperation.SdkAppIdIsDisabled":      accountState,
	"UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny": accountState,
	"FailedOperation.NotEnterpriseCertification":                     accountState,
	"FailedOperation.ProhibitSubAccountUse":                          accountState,

	"ServiceUnavailable":                     down,
	"ResourceUnavailable":                    down,
	"ResourceInsufficient":                   down,
	"ActionOffline":                          down,
	"InternalError.RestApiInterfaceNotExist": down,

	"InternalError":                          unclear,
	"InternalError.Timeout":                  unclear,
	"InternalError.SendAndRecvFail":          unclear,
	"InternalError.OtherError":               unclear,
	"InternalError.UnknownError":             unclear,
	"InternalError.ParseBackendResponseFail": unclear,
	"InternalError.JsonParseFail":            unclear,
	"FailedOperation":                        unclear,
	"FailedOperation.OtherError":             unclear,

	"MissingParameter":                          badRequest,
	"MissingParameter.EmptyPhoneNumberSet":      badRequest,
	"InvalidParameter":                          badRequest,
	"InvalidParameter.InvalidParameters":        badRequest,
	"InvalidParameterValue":                     badRequest,
	"InvalidParameterValue.BeginTimeVerifyFail": badRequest,
	"InvalidParameterValue.EndTimeVerifyFail":   badRequest,
	"InvalidParameterValue.InvalidStartTime":    badRequest,
	"InvalidParameterValue.LimitVerifyFail":     badRequest,
	"InvalidParameterValue.OffsetVerifyFail":    badRequest,
	"UnknownParameter":                          badRequest,
	"InvalidAction":                             badRequest,
	"InvalidRequest":                            badRequest,
	"NoSuchVersion":                             badRequest,
	"NoSuchProduct":                             badRequest,
	"UnsupportedOperation":                      badRequest,
	"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": badRequest,
	"UnsupportedProtocol":                 badRequest,
	"RequestSizeLimitExceeded":            badRequest,
	"ResponseSizeLimitExceeded":           badRequest,
	"LimitExceeded.PhoneNumberCountLimit": badRequest, // over 200
	"FailedOperation.FailResolvePacket":   badRequest,
	"FailedOperation.JsonParseFail":       badRequest,
	"DryRunOperation":                     badRequest,
	"ResourceInUse":                       badRequest,
	"ResourceNotFound":                    badRequest,
}

// meaningOf returns what a code means, wherever in the reply it stands. A code
// that is in no table means what its part before the dot means, and is unknown
// where that says nothing either.
func meaningOf(code string) meaning {
	if listed, ok := meanings[code]; ok {
		return listed
	}
	family, _, _ := strings.Cut(code, ".")
	if family == "AuthFailure" { // the one family that is no code itself
		return credentials
	}
	return meanings[family]
}
