package zhenzi

import "github.com/cnsms/cnsms/provider"

// codeAccepted is the code of success.
const codeAccepted = "0"

// meaning is what a failure code means for the caller.
type meaning struct {
	kind  provider.Kind
	scope provider.Scope
}

// meanings is the service's table of failures. 100 also stands for a malformed
// number, but numbers are checked before a request is made, so here it is the
// request that is at fault. 102 to 104 and 112 to 116 are in no list.
var meanings = map[string]meaning{
	"100":  {kind: provider.KindConfig},                                // parameter empty or malformed
	"101":  {kind: provider.KindContent},                               // text over 1000 characters
	"105":  {kind: provider.KindAuth},                                  // appId wrong or application missing
	"106":  {kind: provider.KindAuth},                                  // application forbidden
	"107":  {kind: provider.KindConfig},                                // address not allowed
	"108":  {kind: provider.KindBalance},                               // no messages left
	"109":  {kind: provider.KindThrottled, scope: provider.ScopePhone}, // daily limit of the number
	"110":  {kind: provider.KindAuth},                                  // appSecret wrong
	"111":  {kind: provider.KindAuth},                                  // account missing
	"117":  {kind: provider.KindTemplate},                              // templateId wrong or not approved
	"1000": {kind: provider.KindUnavailable},                           // system error
}

// meaningOf returns what a code means; a code that is in no table is unknown.
func meaningOf(code string) meaning { return meanings[code] }
