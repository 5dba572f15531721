package ihuyi

import (
	"time"

	"github.com/cnsms/cnsms/provider"
)

// codeAccepted is the code of success.
const codeAccepted = "2"

// meaning is what a failure code means for the caller.
type meaning struct {
	kind       provider.Kind
	scope      provider.Scope
	retryAfter time.Duration
}

// meanings is the service's table of failures: five independent copies of the
// vendor's list agree, newer ones add rows. 408 has two readings; the newer one
// (the number is blocked until released in the console) is taken. 1110 to 1112
// are old and rest on one source.
var meanings = map[string]meaning{
	"0": {kind: provider.KindUnavailable}, // submit failed

	"400":   {kind: provider.KindConfig},    // address not allowed
	"401":   {kind: provider.KindAuth},      // account empty
	"402":   {kind: provider.KindAuth},      // password empty
	"403":   {kind: provider.KindRecipient}, // number empty
	"404":   {kind: provider.KindContent},   // text empty
	"405":   {kind: provider.KindAuth},      // APIID or APIKEY wrong
	"406":   {kind: provider.KindRecipient}, // number malformed
	"407":   {kind: provider.KindContent},   // blocked words
	"408":   {kind: provider.KindBlocked},   // limit exceeded, number blocked
	"4030":  {kind: provider.KindBlocked},   // number on the blacklist
	"4050":  {kind: provider.KindAuth},      // account frozen
	"40501": {kind: provider.KindAuth},      // dynamic password expired
	"40502": {kind: provider.KindAuth},      // dynamic password wrong
	"4051":  {kind: provider.KindBalance},   // no messages left
	"4052":  {kind: provider.KindConfig},    // address differs from the registered one
	"4070":  {kind: provider.KindSignature}, // signature malformed
	"4071":  {kind: provider.KindTemplate},  // no such template
	"4072":  {kind: provider.KindTemplate},  // text does not match the template
	"40722": {kind: provider.KindTemplate},  // variable too long
	"4073":  {kind: provider.KindContent},   // text too long
	"4074":  {kind: provider.KindContent},   // emoji
	"4075":  {kind: provider.KindSignature}, // signature not approved

	"4080": {provider.KindThrottled, provider.ScopePhone, time.Second},       // more than one a second
	"4082": {provider.KindThrottled, provider.ScopePhone, 0},                 // daily limit of the number
	"4085": {provider.KindThrottled, provider.ScopePhone, 0},                 // code limit of the number
	"4086": {provider.KindThrottled, provider.ScopePhone, 0},                 // number used too often
	"1110": {provider.KindThrottled, provider.ScopePhone, 0},                 // 15 messages a day
	"1111": {provider.KindThrottled, provider.ScopePhone, 0},                 // 5 codes a day
	"1112": {provider.KindThrottled, provider.ScopePhone, 180 * time.Second}, // 1 in 180 s
}

// meaningOf returns what a code means; a code that is in no table is unknown.
func meaningOf(code string) meaning { return meanings[code] }
