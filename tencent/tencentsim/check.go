package tencentsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
)

const (
	version = "2021-01-11"

	largestBatch   = 200
	longestSession = 511 // bytes
	longestText    = 500 // characters
	longestCode    = 6   // digits in a variable of a code template
)

// Codes that stand in several places.
const (
	accepted  = "Ok"
	noBalance = "FailedOperation.InsufficientBalanceInSmsPackage"
	badNumber = "InvalidParameterValue.IncorrectPhoneNumber"
	badSign   = "FailedOperation.SignatureIncorrectOrUnapproved"
	sameText  = "LimitExceeded.PhoneNumberThirtySecondLimit"
	badBegin  = "InvalidParameterValue.BeginTimeVerifyFail"
	badEnd    = "InvalidParameterValue.EndTimeVerifyFail"
	badLimit  = "InvalidParameterValue.LimitVerifyFail"
	badOffset = "InvalidParameterValue.OffsetVerifyFail"
	missing   = "MissingParameter"
)

// places are where a template has its values.
var places = sim.Numbered()

// limits are those per number.
func limits(cfg Config) []sim.Limit {
	sameContent := func(earlier, text sim.Text) bool { return earlier.Text == text.Text }
	list := []sim.Limit{{Code: sameText, Most: 1, Within: 30 * time.Second, Like: sameContent}}
	if cfg.PerHour > 0 {
		list = append(list, sim.Limit{Code: "LimitExceeded.PhoneNumberOneHourLimit", Most: cfg.PerHour, Within: time.Hour})
	}
	return append(list, sim.Limit{Code: "LimitExceeded.PhoneNumberDailyLimit", Most: cfg.PerDay})
}

// standsForNumber reports whether a code stands in the status of a number, in a
// reply that is otherwise a success. The others refuse the whole request.
func standsForNumber(code string) bool {
	row, _ := tencent.Codes().Lookup(code)
	switch row.Kind {
	case provider.KindRecipient, provider.KindBlocked, provider.KindUnsupported, provider.KindTemplate, provider.KindSignature, provider.KindContent:
		return true
	case provider.KindThrottled:
		return row.Scope == provider.ScopePhone || code == "LimitExceeded.AppCountryOrRegionDailyLimit"
	default:
		return code == noBalance
	}
}

func checkMethod(c *sim.Call, _ authorization) sim.Outcome {
	if c.Request.Method != http.MethodPost {
		return sim.Refuse("UnsupportedProtocol", "method: want POST (GET is not simulated)")
	}
	return sim.Outcome{}
}

// checkHeaders checks what the signature need not cover.
func (s *Service) checkHeaders(c *sim.Call, _ authorization) sim.Outcome {
	header := c.Request.Header
	_, known := actions[header.Get("X-TC-Action")]
	switch {
	case s.cfg.Token != header.Get("X-TC-Token"):
		return sim.Refuse("AuthFailure.TokenFailure", "X-TC-Token: not the token of the temporary key, or given for a permanent one")
	case !known:
		return sim.Refuse("InvalidAction", "X-TC-Action: no such action")
	case header.Get("X-TC-Version") != version:
		return sim.Refuse("NoSuchVersion", "X-TC-Version: want %s", version)
	case header.Get("X-TC-Region") == "":
		return sim.Refuse(missing, "X-TC-Region: missing")
	}
	return sim.Outcome{}
}

// checkSend checks what a request says to all numbers.
func checkSend(_ *sim.Call, p params) sim.Outcome {
	numbers := p.texts("PhoneNumberSet")
	isForeign := func(number string) bool { return isPhone(number) && !isMainland(number) }
	switch {
	case len(numbers) == 0:
		return sim.Refuse("MissingParameter.EmptyPhoneNumberSet", "PhoneNumberSet: empty")
	case len(numbers) > largestBatch:
		return sim.Refuse("LimitExceeded.PhoneNumberCountLimit", "PhoneNumberSet: %d numbers, at most %d", len(numbers), largestBatch)
	case slices.ContainsFunc(numbers, isMainland) && slices.ContainsFunc(numbers, isForeign):
		return sim.Refuse("UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber", "PhoneNumberSet: mainland and other numbers")
	case len(p.text("SessionContext")) > longestSession:
		return sim.Refuse("InvalidParameterValue", "SessionContext: want fewer than %d bytes", longestSession+1)
	}
	return sim.Outcome{}
}

func (s *Service) checkApp(_ *sim.Call, p params) sim.Outcome {
	if p.text("SmsSdkAppId") != s.cfg.AppID {
		return sim.Refuse("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId: unknown")
	}
	return sim.Outcome{}
}

// checkText checks the text to one number, after those that the request sends
// already.
func (s *Service) checkText(c *sim.Call, sent sim.Outcome, text sim.Text) sim.Outcome {
	if o := sim.FirstRefusal(c, text, s.checkNumber, s.checkTemplate, s.checkValues, s.checkSign); o.Refused() {
		return o
	}
	isSame := func(other sim.Text) bool { return other.To == text.To }
	if s.cfg.Limits && slices.ContainsFunc(sent.Texts, isSame) {
		return sim.Refuse(sameText, "PhoneNumberSet: the same number twice")
	}
	return s.Allow(c.Now, sent.Cost+billed(text), text)
}

func (s *Service) checkNumber(_ *sim.Call, text sim.Text) sim.Outcome {
	switch {
	case !isPhone(text.To):
		return sim.Refuse(badNumber, "PhoneNumberSet: not a phone number in E.164 form, nor a mainland mobile number")
	case s.IsBlocked(text.To):
		return sim.Refuse("FailedOperation.PhoneNumberInBlacklist", "PhoneNumberSet: a number on the blacklist")
	}
	return sim.Outcome{}
}

func (s *Service) checkTemplate(_ *sim.Call, text sim.Text) sim.Outcome {
	if len(s.cfg.Templates) == 0 {
		return sim.Outcome{}
	}
	template, known := s.cfg.Templates[text.Template]
	switch {
	case !known:
		return sim.Refuse("FailedOperation.TemplateUnapprovedOrNotExist", "TemplateId: no such template")
	case template.International && isMainland(text.To):
		return sim.Refuse("UnsupportedOperation.GlobalTemplateToChineseMainlandPhone", "TemplateId: an international template, and a mainland number")
	case !template.International && !isMainland(text.To):
		return sim.Refuse("UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", "TemplateId: a mainland template, and a number of another country")
	case places.Count(template.Text) != len(text.Params):
		return sim.Refuse("FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
			"TemplateParamSet: %d values for %d variables", len(text.Params), places.Count(template.Text))
	}
	return sim.Outcome{}
}

func (s *Service) checkValues(_ *sim.Call, text sim.Text) sim.Outcome {
	forCodes := s.cfg.Templates[text.Template].Code
	for i, value := range text.Params {
		switch {
		case forCodes && (len(value) > longestCode || strings.Trim(value, "0123456789") != ""):
			return sim.Refuse("InvalidParameterValue.TemplateParameterFormatError", "TemplateParamSet.%d: a code template takes up to %d digits", i, longestCode)
		case strings.Contains(value, "://"):
			return sim.Refuse("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "TemplateParamSet.%d: a URL", i)
		case !forCodes && s.cfg.LongestValue > 0 && utf8.RuneCountInString(value) > s.cfg.LongestValue:
			return sim.Refuse("InvalidParameterValue.TemplateParameterLengthLimit", "TemplateParamSet.%d: over %d characters", i, s.cfg.LongestValue)
		}
	}
	if utf8.RuneCountInString(text.Text) > longestText {
		return sim.Refuse("InvalidParameterValue.ContentLengthLimit", "TemplateParamSet: the text is over %d characters", longestText)
	}
	return sim.Outcome{}
}

func (s *Service) checkSign(_ *sim.Call, text sim.Text) sim.Outcome {
	switch {
	case text.Sign == "" && isMainland(text.To):
		return sim.Refuse(badSign, "SignName: missing, and a mainland number")
	case text.Sign != "" && len(s.cfg.Signs) > 0 && !slices.Contains(s.cfg.Signs, text.Sign):
		return sim.Refuse(badSign, "SignName: no such signature")
	}
	return sim.Outcome{}
}

// billed is how many segments are billed.
func billed(text sim.Text) int {
	if isMainland(text.To) {
		return segments.Count(text.Text, "")
	}
	return segments.CountAbroad(text.Text, "")
}
