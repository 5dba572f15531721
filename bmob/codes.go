package bmob

import (
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// codeUnknownID says that a query asked for an unknown smsId.
const codeUnknownID = "10018"

// meaning is what a failure code means for the caller.
type meaning struct {
	kind        provider.Kind
	scope       provider.Scope
	mayHaveSent bool
}

// meanings is the vendor's table of 2025, as far as texts are concerned. 401 and
// 500 are HTTP statuses that come without a code. Which code a REST call gets
// when the account is empty is unsettled: 10011 in tables up to 2024, 10016 in
// the newest.
var meanings = map[string]meaning{
	"401": {kind: provider.KindAuth},                           // credentials, signature or clock
	"500": {kind: provider.KindUnavailable, mayHaveSent: true}, // busy

	"122":   {kind: provider.KindAuth},         // no permission
	"207":   {kind: provider.KindCodeMismatch}, // code wrong, expired or used
	"301":   {kind: provider.KindRecipient},    // validation; here of the number
	"10011": {kind: provider.KindBalance},      // quota used up
	"10016": {kind: provider.KindBalance},      // REST quota used up; see meaningOf
	"10013": {kind: provider.KindContent},      // illegal content
	"10014": {kind: provider.KindContent},      // content has a link
	"10015": {kind: provider.KindContent},      // illegal content
	"10022": {kind: provider.KindTemplate},     // no such template

	"10010": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // per minute, hour or day
	"10017": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // device
	"121":   {kind: provider.KindThrottled, scope: provider.ScopeAccount}, // plan's or month's requests
	"1005":  {kind: provider.KindThrottled, scope: provider.ScopeAccount}, // month's requests
	"10076": {kind: provider.KindThrottled, scope: provider.ScopeAccount}, // requests a second
	"10210": {kind: provider.KindThrottled, scope: provider.ScopeAccount}, // requests in half an hour

	"110":   {kind: provider.KindUnavailable},                    // database is moving
	"10200": {kind: provider.KindUnavailable, mayHaveSent: true}, // time-out while processing

	"233":   {kind: provider.KindConfig}, // interface disabled
	"302":   {kind: provider.KindConfig}, // setting of the application
	"501":   {kind: provider.KindConfig}, // forbidden
	"10006": {kind: provider.KindConfig}, // needs a higher plan
	"10008": {kind: provider.KindConfig}, // application disabled
	"10012": {kind: provider.KindConfig}, // identity not approved, or state abnormal
	"10021": {kind: provider.KindConfig}, // application may not use requestSms

	"107":   {kind: provider.KindConfig}, // JSON, content type or date malformed
	"109":   {kind: provider.KindConfig}, // login data missing
	"111":   {kind: provider.KindConfig}, // wrong type
	"118":   {kind: provider.KindConfig}, // parameter missing
	"209":   {kind: provider.KindConfig}, // number taken by another user
	"10018": {kind: provider.KindConfig}, // smsId unknown
	"10019": {kind: provider.KindConfig}, // time malformed
	"10020": {kind: provider.KindConfig}, // time too close

	"10007": {kind: provider.KindUnknown}, // whatever the words say
}

// meaningOf returns what a reply means. A code that is in no table is unknown.
func meaningOf(status int, code, text string) meaning {
	switch {
	case status == http.StatusUnauthorized:
		return meanings["401"]
	case status >= http.StatusInternalServerError:
		return meanings["500"]
	case code == "10016" && strings.Contains(text, "deviceId"):
		return meaning{kind: provider.KindConfig} // "deviceId is empty", not the quota
	}
	return meanings[code]
}
