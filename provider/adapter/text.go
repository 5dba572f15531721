package adapter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
)

// wholeText fills in a template's text for a service that takes up to limit
// characters; 0 is for one whose limit is not known. An empty text, or a longer
// one, is an *provider.Error of KindContent.
func wholeText(template provider.Template, params provider.Params, limit int) (string, error) {
	text, err := template.Render(params)
	if err != nil {
		return "", err
	}
	problem := ""
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		problem = "is empty with these Params"
	case limit > 0 && length > limit:
		problem = fmt.Sprintf("%d characters with these Params, and the service takes %d", length, limit)
	default:
		return text, nil
	}
	return "", &provider.Error{Op: provider.OpSend, Kind: provider.KindContent, Text: "Text: " + problem}
}

// IsDecimal reports whether text is a plain decimal number, such as -12.50: what
// may stand in provider.Balance.
func IsDecimal(text string) bool {
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return IsDigits(whole) && (!hasPoint || IsDigits(fraction))
}
