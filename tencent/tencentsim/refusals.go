package tencentsim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the vendor's table. The words of those marked are as seen on the
// wire; the others describe the code.
var refusals = []sim.Refusal{
	{Code: "InvalidParameterValue.IncorrectPhoneNumber", Kind: provider.KindRecipient, Text: "incorrect phone number"},
	{Code: "FailedOperation.PhoneNumberParseFail", Kind: provider.KindRecipient, Text: "the phone number cannot be parsed"},

	{Code: "AuthFailure.InvalidAuthorization", Kind: provider.KindAuth, Text: "the Authorization header is not of the required form"},
	{Code: "AuthFailure.InvalidSecretId", Kind: provider.KindAuth, Text: "the key is not one of the cloud API"},
	{Code: "AuthFailure.MFAFailure", Kind: provider.KindAuth, Text: "multi-factor authentication failed"},
	{Code: "AuthFailure.SecretIdNotFound", Kind: provider.KindAuth, Text: "the SecretId is not found, please ensure that your SecretId is correct"},
	{Code: "AuthFailure.SignatureExpire", Kind: provider.KindAuth, Text: "the signature has expired: the timestamp is more than 5 minutes off"},
	{Code: "AuthFailure.SignatureFailure", Kind: provider.KindAuth, Text: "The provided credentials could not be validated. Please check your signature is correct."}, // as seen
	{Code: "AuthFailure.TokenFailure", Kind: provider.KindAuth, Text: "token failure"},
	{Code: "AuthFailure.UnauthorizedOperation", Kind: provider.KindAuth, Text: "the request is not authorized"},
	{Code: "UnauthorizedOperation", Kind: provider.KindAuth, Text: "unauthorized operation"},
	{Code: "UnauthorizedOperation.RequestPermissionDeny", Kind: provider.KindAuth, Text: "the request has no permission"},
	{Code: "UnauthorizedOperation.SmsSdkAppIdVerifyFail", Kind: provider.KindAuth, Text: "request SmsSdk AppId verify fail"}, // as seen
	{Code: "InvalidParameterValue.SdkAppIdNotExist", Kind: provider.KindAuth, Text: "the SdkAppId does not exist"},
	{Code: "InvalidParameter.AppidAndBizId", Kind: provider.KindAuth, Text: "the account and the application do not match"},
	{Code: "InternalError.SigFieldMissing", Kind: provider.KindAuth, Text: "the signature field is missing"},
	{Code: "InternalError.SigVerificationFail", Kind: provider.KindAuth, Text: "the signature verification failed"},
	{Code: "InternalError.RequestTimeException", Kind: provider.KindAuth, Text: "the request time is more than 10 minutes off"},

	{Code: "FailedOperation.InsufficientBalanceInSmsPackage", Kind: provider.KindBalance, Text: "insufficient balance in SMS package"}, // as seen
	{Code: "UnauthorizedOperation.ServiceSuspendDueToArrears", Kind: provider.KindBalance, Text: "the service is suspended due to arrears"},

	{Code: "LimitExceeded.PhoneNumberThirtySecondLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "the number of SMS messages sent from a single mobile number within 30 seconds exceeds the upper limit"}, // as seen
	{Code: "LimitExceeded.PhoneNumberOneHourLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "the number of sms messages sent from a single mobile number within 1 hour exceeds the upper limit"},          // as seen
	{Code: "LimitExceeded.PhoneNumberDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "the number of messages to a single number within a day exceeds the upper limit"},
	{Code: "LimitExceeded.PhoneNumberSameContentDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "the number of messages of the same content to a single number within a day exceeds the upper limit"},
	{Code: "LimitExceeded.DeliveryFrequencyLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "the message hit the delivery frequency limit"},

	{Code: "LimitExceeded", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "limit exceeded"},
	{Code: "LimitExceeded.AppDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the application's daily limit is reached"},
	{Code: "LimitExceeded.AppMainlandChinaDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the application's daily limit of mainland messages is reached"},
	{Code: "LimitExceeded.AppGlobalDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the application's daily limit of international messages is reached"},
	{Code: "LimitExceeded.DailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the daily limit of international messages is reached"},
	{Code: "LimitExceeded.AppCountryOrRegionDailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the application's daily limit for the country or region is reached"},
	{Code: "RequestLimitExceeded", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the request rate exceeds the limit"},
	{Code: "RequestLimitExceeded.GlobalRegionUinLimitExceeded", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the account's request rate exceeds the limit"},
	{Code: "RequestLimitExceeded.IPLimitExceeded", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the address's request rate exceeds the limit"},
	{Code: "RequestLimitExceeded.UinLimitExceeded", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "the account's request rate exceeds the limit"},

	{Code: "FailedOperation.SignatureIncorrectOrUnapproved", Kind: provider.KindSignature, Text: "Signature format error or signature not approved"},                                       // as seen
	{Code: "FailedOperation.TemplateIncorrectOrUnapproved", Kind: provider.KindTemplate, Text: "template is not approved or request content does not match the approved template content"}, // as seen
	{Code: "FailedOperation.TemplateUnapprovedOrNotExist", Kind: provider.KindTemplate, Text: "the template is not approved or does not exist"},
	{Code: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Kind: provider.KindTemplate, Text: "request content does not match the template content"}, // as seen
	{Code: "FailedOperation.MissingSignature", Kind: provider.KindSignature, Text: "the signature is missing"},
	{Code: "FailedOperation.TemplateIdNotExist", Kind: provider.KindTemplate, Text: "the template id does not exist"},
	{Code: "FailedOperation.SignIdNotExist", Kind: provider.KindSignature, Text: "the signature id does not exist"},
	{Code: "InvalidParameterValue.TemplateParameterFormatError", Kind: provider.KindTemplate, Text: "Verification code template parameter format error"}, // as seen
	{Code: "InvalidParameterValue.TemplateParameterLengthLimit", Kind: provider.KindTemplate, Text: "a template parameter is too long"},
	{Code: "InvalidParameterValue.ContentLengthLimit", Kind: provider.KindTemplate, Text: "the content is too long"},
	{Code: "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", Kind: provider.KindTemplate, Text: "a mainland template cannot be sent to an international number"},
	{Code: "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone", Kind: provider.KindTemplate, Text: "an international template cannot be sent to a mainland number"},

	{Code: "FailedOperation.ContainSensitiveWord", Kind: provider.KindContent, Text: "the content contains sensitive words"},
	{Code: "FailedOperation.MarketingSendTimeConstraint", Kind: provider.KindContent, Text: "marketing messages are sent from 8:00 to 22:00 only"},
	{Code: "InvalidParameter.DirtyWordFound", Kind: provider.KindContent, Text: "dirty words found"},
	{Code: "InvalidParameterValue.TemplateWithDirtyWords", Kind: provider.KindContent, Text: "the template contains dirty words"},
	{Code: "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", Kind: provider.KindContent, Text: "a URL is not allowed in a template parameter"},

	{Code: "FailedOperation.PhoneNumberInBlacklist", Kind: provider.KindBlocked, Text: "the number is in the blacklist"},

	{Code: "LimitExceeded.AppCountryOrRegionInBlacklist", Kind: provider.KindUnsupported, Text: "the country or region is in the application's blacklist"},
	{Code: "UnsupportedOperation.UnsupportedRegion", Kind: provider.KindUnsupported, Text: "the country or region is not supported"},

	{Code: "UnsupportedRegion", Kind: provider.KindConfig, Text: "the region is not supported"},
	{Code: "UnauthorizedOperation.RequestIpNotInWhitelist", Kind: provider.KindConfig, Text: "the address is not in the whitelist"},
	{Code: "IpNotInWhitelist", Kind: provider.KindConfig, Text: "the address is not in the whitelist"},
	{Code: "IpInBlacklist", Kind: provider.KindConfig, Text: "the address is in the blacklist"},
	{Code: "UnauthorizedOperation.SdkAppIdIsDisabled", Kind: provider.KindConfig, Text: "the application is disabled"},
	{Code: "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny", Kind: provider.KindConfig, Text: "individual users cannot send marketing messages"},
	{Code: "FailedOperation.NotEnterpriseCertification", Kind: provider.KindConfig, Text: "the account is not certified as an enterprise"},
	{Code: "FailedOperation.ProhibitSubAccountUse", Kind: provider.KindConfig, Text: "sub-accounts cannot use this"},

	{Code: "ServiceUnavailable", Kind: provider.KindUnavailable, Text: "service unavailable"},
	{Code: "ResourceUnavailable", Kind: provider.KindUnavailable, Text: "resource unavailable"},
	{Code: "ResourceInsufficient", Kind: provider.KindUnavailable, Text: "resource insufficient"},
	{Code: "ActionOffline", Kind: provider.KindUnavailable, Text: "the action is offline"},
	{Code: "InternalError.RestApiInterfaceNotExist", Kind: provider.KindUnavailable, Text: "the interface does not exist"},

	{Code: "InternalError", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "internal error"},
	{Code: "InternalError.Timeout", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "timeout"},
	{Code: "InternalError.SendAndRecvFail", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "sending and receiving failed"},
	{Code: "InternalError.OtherError", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "other error"},
	{Code: "InternalError.UnknownError", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "unknown error"},
	{Code: "InternalError.ParseBackendResponseFail", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "parsing the backend's response failed"},
	{Code: "InternalError.JsonParseFail", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "parsing JSON failed"},
	{Code: "FailedOperation", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "operation failed"},
	{Code: "FailedOperation.OtherError", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "other error"},

	{Code: "MissingParameter", Kind: provider.KindConfig, Text: "a parameter is missing"},
	{Code: "MissingParameter.EmptyPhoneNumberSet", Kind: provider.KindConfig, Text: "the list of numbers is empty"},
	{Code: "InvalidParameter", Kind: provider.KindConfig, Text: "a parameter is of the wrong type or form"},
	{Code: "InvalidParameter.InvalidParameters", Kind: provider.KindConfig, Text: "the parameters are wrong"},
	{Code: "InvalidParameterValue", Kind: provider.KindConfig, Text: "a parameter has a wrong value"},
	{Code: "InvalidParameterValue.BeginTimeVerifyFail", Kind: provider.KindConfig, Text: "BeginTime is wrong"},
	{Code: "InvalidParameterValue.EndTimeVerifyFail", Kind: provider.KindConfig, Text: "EndTime is wrong"},
	{Code: "InvalidParameterValue.InvalidStartTime", Kind: provider.KindConfig, Text: "the start time is wrong"},
	{Code: "InvalidParameterValue.LimitVerifyFail", Kind: provider.KindConfig, Text: "Limit is wrong"},
	{Code: "InvalidParameterValue.OffsetVerifyFail", Kind: provider.KindConfig, Text: "Offset is wrong"},
	{Code: "UnknownParameter", Kind: provider.KindConfig, Text: "unknown parameter"},
	{Code: "InvalidAction", Kind: provider.KindConfig, Text: "no such action"},
	{Code: "InvalidRequest", Kind: provider.KindConfig, Text: "invalid request"},
	{Code: "NoSuchVersion", Kind: provider.KindConfig, Text: "no such version"},
	{Code: "NoSuchProduct", Kind: provider.KindConfig, Text: "no such product"},
	{Code: "UnsupportedOperation", Kind: provider.KindConfig, Text: "unsupported operation"},
	{Code: "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber", Kind: provider.KindConfig, Text: "mainland and international numbers in one request"},
	{Code: "UnsupportedProtocol", Kind: provider.KindConfig, Text: "unsupported protocol"},
	{Code: "RequestSizeLimitExceeded", Kind: provider.KindConfig, Text: "the request is too large"},
	{Code: "ResponseSizeLimitExceeded", Kind: provider.KindConfig, Text: "the response is too large"},
	{Code: "LimitExceeded.PhoneNumberCountLimit", Kind: provider.KindConfig, Text: "more than 200 numbers"},
	{Code: "FailedOperation.FailResolvePacket", Kind: provider.KindConfig, Text: "the packet cannot be resolved"},
	{Code: "FailedOperation.JsonParseFail", Kind: provider.KindConfig, Text: "the body is no JSON"},
	{Code: "DryRunOperation", Kind: provider.KindConfig, Text: "dry run"},
	{Code: "ResourceInUse", Kind: provider.KindConfig, Text: "resource in use"},
	{Code: "ResourceNotFound", Kind: provider.KindConfig, Text: "resource not found"},
}

// perNumber are the codes that stand in the status of a number, in a reply that
// is otherwise a success. The others refuse the whole request. Where no source
// tells, those that concern the number, its country, the template, the signature
// or the text are per number.
var perNumber = map[string]bool{
	"InvalidParameterValue.IncorrectPhoneNumber":                true,
	"FailedOperation.PhoneNumberParseFail":                      true,
	"FailedOperation.InsufficientBalanceInSmsPackage":           true,
	"LimitExceeded.PhoneNumberThirtySecondLimit":                true,
	"LimitExceeded.PhoneNumberOneHourLimit":                     true,
	"LimitExceeded.PhoneNumberDailyLimit":                       true,
	"LimitExceeded.PhoneNumberSameContentDailyLimit":            true,
	"LimitExceeded.DeliveryFrequencyLimit":                      true,
	"LimitExceeded.AppCountryOrRegionDailyLimit":                true,
	"FailedOperation.SignatureIncorrectOrUnapproved":            true,
	"FailedOperation.TemplateIncorrectOrUnapproved":             true,
	"FailedOperation.TemplateUnapprovedOrNotExist":              true,
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate":  true,
	"FailedOperation.MissingSignature":                          true,
	"FailedOperation.TemplateIdNotExist":                        true,
	"FailedOperation.SignIdNotExist":                            true,
	"InvalidParameterValue.TemplateParameterFormatError":        true,
	"InvalidParameterValue.TemplateParameterLengthLimit":        true,
	"InvalidParameterValue.ContentLengthLimit":                  true,
	"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": true,
	"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": true,
	"FailedOperation.ContainSensitiveWord":                      true,
	"FailedOperation.MarketingSendTimeConstraint":               true,
	"InvalidParameter.DirtyWordFound":                           true,
	"InvalidParameterValue.TemplateWithDirtyWords":              true,
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": true,
	"FailedOperation.PhoneNumberInBlacklist":                    true,
	"LimitExceeded.AppCountryOrRegionInBlacklist":               true,
	"UnsupportedOperation.UnsupportedRegion":                    true,
}

// Refusals lists the failures that a request can be answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }

// refusal is a row of the table that the simulator itself uses.
func refusal(code string) sim.Refusal {
	found, _ := sim.FindRefusal(refusals, code)
	return found
}
