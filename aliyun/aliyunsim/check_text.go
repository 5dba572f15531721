package aliyunsim

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	longestOutID = 256 // characters
	shortestCode = 4   // characters of the variable in a template for codes
	longestCode  = 6
)

// Codes of 短信服务 that stand in several places.
const (
	badNumber  = "isv.MOBILE_NUMBER_ILLEGAL"
	badFields  = "isv.INVALID_PARAMETERS"
	badJSON    = "isv.INVALID_JSON_PARAM"
	badSign    = "isv.SMS_SIGNATURE_ILLEGAL"
	tooMany    = "isv.MOBILE_COUNT_OVER_LIMIT"
	overLimit  = "isv.BUSINESS_LIMIT_CONTROL"
	notInTexts = "isv.TEMPLATE_MISSING_PARAMETERS"
)

func (s *Service) checkNumber(_ *sim.Call, t submission) sim.Outcome {
	switch {
	case t.To == "":
		return sim.Refuse(badNumber, "%s: want a mainland mobile number, or a country code and a number without a plus", t.in.number)
	case s.shared.cfg.Abroad && isMainland(t.To):
		return sim.Refuse("isv.DENY_IP_RANGE", "%s: a mainland number, and the caller is abroad (Config.Abroad)", t.in.number)
	case s.IsBlocked(t.To):
		return sim.Refuse("isv.BLACK_KEY_CONTROL_LIMIT", "%s: on the list of those that get nothing", t.in.number)
	}
	return sim.Outcome{}
}

func (s *Service) checkSign(_ *sim.Call, t submission) sim.Outcome {
	sign, known := s.shared.cfg.Signs[t.Sign]
	switch {
	case !isSign(t.Sign):
		return sim.Refuse(badSign, "%s: want the name without brackets and white space", t.in.sign)
	case !known && len(s.shared.cfg.Signs) > 0:
		return sim.Refuse(badSign, "%s: no such signature", t.in.sign)
	case sign.State != SignApproved:
		return sim.Refuse("isv.SIGN_STATE_ILLEGAL", "%s: not approved", t.in.sign)
	}
	return sim.Outcome{}
}

func (s *Service) checkTemplate(_ *sim.Call, t submission) sim.Outcome {
	template, known := s.shared.cfg.Templates[t.Template]
	switch {
	case len(s.shared.cfg.Templates) == 0:
		return sim.Outcome{}
	case !known:
		return sim.Refuse("isv.SMS_TEMPLATE_ILLEGAL", "TemplateCode: no such template")
	case template.International && isMainland(t.To):
		return sim.Refuse("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "TemplateCode: one for numbers abroad, and a mainland number")
	case !template.International && !isMainland(t.To):
		return sim.Refuse(badNumber, "TemplateCode: one for mainland numbers, and a number abroad")
	}
	return sim.Outcome{}
}

func (s *Service) checkValues(_ *sim.Call, t submission) sim.Outcome {
	template, vars := s.shared.cfg.Templates[t.Template], sim.Vars{Names: t.Names, Values: t.Params}
	if name := places.Missing(template.Text, vars); name != "" {
		return sim.Refuse(notInTexts, "%s: no value for the variable %s", t.in.values, name)
	}
	for i, value := range vars.Values {
		switch {
		case value == "":
			return sim.Refuse(notInTexts, "%s: %s: empty", t.in.values, vars.Names[i])
		case strings.Contains(value, "://"):
			return sim.Refuse("isv.PARAM_NOT_SUPPORT_URL", "%s: %s: a URL", t.in.values, vars.Names[i])
		case template.Code && (len(value) < shortestCode || len(value) > longestCode):
			return sim.Refuse("isv.PARAM_LENGTH_LIMIT", "%s: %s: a template for codes takes %d to %d characters", t.in.values, vars.Names[i], shortestCode, longestCode)
		case template.Code && !isAlphanumeric(value):
			return sim.Refuse("isv.TEMPLATE_PARAMS_ILLEGAL", "%s: %s: a template for codes takes letters and digits", t.in.values, vars.Names[i])
		}
	}
	return sim.Outcome{}
}

func isAlphanumeric(text string) bool { return strings.Trim(text, allCharacters) == "" }

// required are checks that fields have a value.
func required(names ...string) func(*sim.Call, request) sim.Outcome {
	return func(_ *sim.Call, r request) sim.Outcome {
		isEmpty := func(name string) bool { return r.get(name) == "" }
		if i := slices.IndexFunc(names, isEmpty); i >= 0 {
			return sim.Refuse(missingField, "%s: missing%s", names[i], r.broken)
		}
		return sim.Outcome{}
	}
}

func checkOutID(_ *sim.Call, r request) sim.Outcome {
	if utf8.RuneCountInString(r.get("OutId")) > longestOutID {
		return sim.Refuse(badFields, "OutId: over %d characters", longestOutID)
	}
	return sim.Outcome{}
}

// readVars reads an object of strings. A template without variables needs none.
func readVars(text string) (sim.Vars, error) {
	var vars sim.Vars
	if text == "" {
		return vars, nil
	}
	if err := json.Unmarshal([]byte(text), &vars); err != nil || vars.Names == nil {
		return vars, errors.New("want a JSON object whose values are strings")
	}
	return vars, nil
}
