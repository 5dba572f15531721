package otp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/segments"
)

// WebOTPLine returns the line that a text of the given domain ends with, so that browsers
// offer to fill the code in: "@example.com #{code}". Append it to a Template's
// Text behind a line end.
func WebOTPLine(domain string) string { return "@" + domain + " #{" + provider.ParamCode + "}" }

// LintText reports, all at once, what is wrong with the text of a template for codes that
// is to fill itself in: it names the code once in words and once in the last line, which
// is WebOTPLine's, and it is one segment with the signature and a code of that many
// digits, since each further segment is paid. An empty domain leaves the last line out. Give
// the other parameters' longest values.
func LintText(template provider.Template, domain, sign string, digits int, params provider.Params) error {
	var problems []error
	place := "{" + provider.ParamCode + "}"
	words := template.Text
	if domain != "" {
		at := strings.LastIndexByte(words, '\n')
		if last := words[at+1:]; last != WebOTPLine(domain) {
			problems = append(problems, fmt.Errorf("Text: the last line is %q; want %q", last, WebOTPLine(domain)))
		}
		words = words[:max(at, 0)]
	}
	if n := strings.Count(words, place); n != 1 {
		problems = append(problems, fmt.Errorf("Text: the words have %s %d times; want it once", place, n))
	}
	filled := provider.Params{provider.ParamCode: strings.Repeat("0", digits)}
	for name, value := range params {
		filled[name] = value
	}
	text, err := template.Render(filled)
	if err != nil {
		return errors.Join(append(problems, err)...)
	}
	if n := segments.Count(text, sign); n != 1 {
		problems = append(problems, fmt.Errorf("Text: has %d segments with a code of %d digits and the signature; want 1", n, digits))
	}
	return errors.Join(problems...)
}
