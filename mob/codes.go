package mob

import (
	"time"

	"github.com/cnsms/cnsms/provider"
)

// statusDone is the only status of success, of all calls.
const statusDone = "200"

// meaning is what a failure status means for the caller.
type meaning struct {
	kind        provider.Kind
	scope       provider.Scope
	mayHaveSent bool
	retryAfter  time.Duration
}

// table is a table of failures by status. A status that is in no table is
// unknown.
type table map[string]meaning

// smsStatuses is the table of sendmsg, checkcode and verify. The pages of the
// three document 405, 406, 456 to 458, 463, 466 to 471, 474, 477 and 478; the
// others stand in the table of the whole platform, some of them met by phone
// SDKs only. The local codes of the SDKs (252 to 260, 600 to 605) are never on
// the wire.
var smsStatuses = table{
	"405": {kind: provider.KindAuth}, // key empty
	"406": {kind: provider.KindAuth}, // key unknown
	"455": {kind: provider.KindAuth}, // signature of a phone SDK
	"475": {kind: provider.KindAuth}, // no record of the application

	"456": {kind: provider.KindRecipient},   // number or zone empty
	"457": {kind: provider.KindRecipient},   // number malformed
	"458": {kind: provider.KindBlocked},     // number on the blacklist
	"461": {kind: provider.KindUnsupported}, // region not switched on
	"470": {kind: provider.KindBalance},     // too little money

	"467": {kind: provider.KindCodeExpired},  // too many checks
	"468": {kind: provider.KindCodeMismatch}, // code wrong or expired

	"462": {kind: provider.KindThrottled, retryAfter: time.Minute},      // per minute; nobody says whose
	"463": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // number, per day
	"464": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // device, per day
	"465": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // number in the application, per day
	"472": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // requests of a phone too frequent
	"477": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // number on the platform, per day
	"478": {kind: provider.KindThrottled, scope: provider.ScopePhone},   // number in the application, per 12 h
	"476": {kind: provider.KindThrottled, scope: provider.ScopeAccount}, // application, per day
	"418": {kind: provider.KindUnavailable, mayHaveSent: true},          // internal call failed
	"473": {kind: provider.KindUnavailable},                             // lookup by device failed
	"500": {kind: provider.KindUnavailable, mayHaveSent: true},          // internal error

	"450": {kind: provider.KindConfig}, // no permission
	"459": {kind: provider.KindConfig}, // no control data for the application
	"460": {kind: provider.KindConfig}, // sending by phones switched off
	"469": {kind: provider.KindConfig}, // web interface switched off
	"471": {kind: provider.KindConfig}, // address not on the list
	"474": {kind: provider.KindConfig}, // server check switched off

	"400": {kind: provider.KindConfig}, // request not understood
	"401": {kind: provider.KindConfig}, // phone SDK: token empty
	"402": {kind: provider.KindConfig}, // phone SDK: token unknown
	"403": {kind: provider.KindConfig}, // phone SDK: checksum empty
	"404": {kind: provider.KindConfig}, // phone SDK: checksum wrong
	"407": {kind: provider.KindConfig}, // required data missing
	"408": {kind: provider.KindConfig}, // invalid parameter
	"419": {kind: provider.KindConfig}, // phone SDK: device id
	"420": {kind: provider.KindConfig}, // phone SDK: device id
	"451": {kind: provider.KindConfig}, // phone SDK: user agent
	"452": {kind: provider.KindConfig}, // phone SDK: decryption
	"453": {kind: provider.KindConfig}, // phone SDK: decryption
	"454": {kind: provider.KindConfig}, // body malformed
	"466": {kind: provider.KindConfig}, // code empty
	"479": {kind: provider.KindConfig}, // phone SDK: library
	"480": {kind: provider.KindConfig}, // phone SDK: key
}

// customStatuses is the table of custom/msg, which has numbers of its own. What
// 216 and 217 mean is documented nowhere.
var customStatuses = table{
	"201": {kind: provider.KindAuth},        // key empty
	"202": {kind: provider.KindTemplate},    // template empty
	"203": {kind: provider.KindAuth},        // key unknown
	"204": {kind: provider.KindRecipient},   // number or zone empty
	"205": {kind: provider.KindRecipient},   // number malformed
	"206": {kind: provider.KindTemplate},    // template unknown
	"207": {kind: provider.KindTemplate},    // template malformed
	"208": {kind: provider.KindTemplate},    // variables do not match
	"209": {kind: provider.KindContent},     // blocked words
	"210": {kind: provider.KindBlocked},     // number on the blacklist
	"211": {kind: provider.KindConfig},      // account abnormal
	"212": {kind: provider.KindConfig},      // web interface switched off
	"213": {kind: provider.KindBalance},     // too little money
	"214": {kind: provider.KindConfig},      // address not on the list
	"215": {kind: provider.KindTemplate},    // value too long
	"216": {kind: provider.KindUnknown},     // not documented
	"217": {kind: provider.KindUnknown},     // not documented
	"218": {kind: provider.KindUnavailable}, // busy
}
