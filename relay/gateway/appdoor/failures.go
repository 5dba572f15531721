package appdoor

import (
	"regexp"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// reasons are what the app says of failures, in lower case and in the order in which they are
// looked for. The app puts words of its own before and behind, such as "Can't send message:",
// so each is looked for inside.
var reasons = []struct {
	words *regexp.Regexp
	class relayapi.FailureClass
	// mayHaveSent is true where the text may have left the phone.
	mayHaveSent bool
}{
	{has("delivery result"), relayapi.FailureRejected, true}, // it was sent, and the network gave up
	{has("ttl expired"), relayapi.FailureTooLate, false},
	{has(`limit_exceeded|limit exceeded`), relayapi.FailureLimit, false},
	{has(`no_service|no service|radio_off|radio off|radio_not_available`), relayapi.FailureNoService, false},
	{has(`sim( card)? ?\d* not found|no sim`), relayapi.FailureConfig, false},
	{has(`permission|securityexception|invalid_smsc_address`), relayapi.FailureConfig, false},
	{has(`fdn_check_failure|short_code_not_allowed|short_code_never_allowed|network_reject`), relayapi.FailureRejected, false},
	{has(`invalid (destination|phone|number|address)`), relayapi.FailureInvalidNumber, false},
	{has(`can't send message`), relayapi.FailureUnknown, false}, // it did not come to the radio
}

func has(words string) *regexp.Regexp { return regexp.MustCompile(words) }

// failureOf is what a report of the app says of a failure. Of words that nobody knows the text
// may have been sent.
func failureOf(said string) *relayapi.Failure {
	words := strings.ToLower(said)
	for _, reason := range reasons {
		if reason.words.MatchString(words) {
			return &relayapi.Failure{Class: reason.class, Text: said, MayHaveSent: reason.mayHaveSent}
		}
	}
	return &relayapi.Failure{Class: relayapi.FailureUnknown, Text: said, MayHaveSent: true}
}

// ofOnePart reports whether a failure is what the radio said of one part of the text.
func ofOnePart(failure *relayapi.Failure) bool {
	return strings.Contains(strings.ToLower(failure.Text), "send result")
}
