package ronglian

import (
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// codeAccepted is the code of success, in exactly these letters.
const codeAccepted = "000000"

// meaning is what a failure code means for the caller.
type meaning struct {
	kind        provider.Kind
	scope       provider.Scope
	mayHaveSent bool
}

// The meanings that several codes share.
var (
	badNumber    = meaning{kind: provider.KindRecipient}
	badText      = meaning{kind: provider.KindContent}
	badTemplate  = meaning{kind: provider.KindTemplate} // template or signature
	badAccount   = meaning{kind: provider.KindAuth}     // credentials, or the state of account or application
	noBalance    = meaning{kind: provider.KindBalance}
	phoneLimit   = meaning{kind: provider.KindThrottled, scope: provider.ScopePhone}
	accountLimit = meaning{kind: provider.KindThrottled, scope: provider.ScopeAccount}
	blacklisted  = meaning{kind: provider.KindBlocked}
	noSuchPlace  = meaning{kind: provider.KindUnsupported} // number or country not served
	notSetUp     = meaning{kind: provider.KindConfig}      // address not allowed, feature not switched on
	badRequest   = meaning{kind: provider.KindConfig}      // the request itself is at fault
	down         = meaning{kind: provider.KindUnavailable} // certainly nothing was sent
	unclear      = meaning{kind: provider.KindUnavailable, mayHaveSent: true}
	// repeated is no failure of the provider: the reqId was used before, so that
	// an earlier request may have been accepted.
	repeated = meaning{kind: provider.KindThrottled, scope: provider.ScopePhone, mayHaveSent: true}
)

// codes is a run of codes that mean the same.
type codes struct {
	first, last int
	meaning     meaning
}

// table is the service's table of failures in ascending order, put together from
// four copies of the vendor's lists, which agree where they overlap.
//
// Where the vendor's wording leaves a choice: an application that may not send
// texts (112303) lacks a switch in the console, not credentials; a number that is
// "malformed or not supported" (160013) has been checked before, so it is not
// supported; missing permission to send abroad (160058) is a fact about one
// country's number, not about the account; the channel's own purse (160014, 161002,
// 161003) is the vendor's trouble; and after a channel that did not answer in time
// or at all (161021, 161023) the service itself cannot know what happened.
var table = []codes{
	// Before 2014.
	{110000, 110001, badAccount},
	{110006, 110006, badAccount},
	{110007, 110007, noBalance},
	{110018, 110018, badAccount},
	{110129, 110129, noBalance},

	// Account and authentication.
	{111000, 111099, down},         // unknown and internal errors
	{111100, 111110, badAccount},   // account, Authorization, sig, version segment
	{111111, 111111, accountLimit}, // requests at the same time
	{111112, 111112, phoneLimit},   // requests for one number at the same time
	{111113, 111113, badAccount},   // time in Authorization malformed
	{111114, 111114, accountLimit}, // requests for one resource at the same time
	{111115, 111115, notSetUp},     // address not allowed
	{111116, 111116, accountLimit}, // requests too close together
	{111128, 111133, badAccount},   // account or token empty, malformed, too long
	{111138, 111141, badAccount},   // account not active, paused, closed, missing
	{111142, 111142, noBalance},    // account
	{111143, 111149, badAccount},   // token wrong; the same for sub-accounts
	{111150, 111153, badRequest},   // names of sub-accounts: a call that is not made
	{111154, 111157, badAccount},   // sub-account not active, paused, closed, missing
	{111158, 111158, noBalance},    // sub-account
	{111159, 111159, badAccount},   // sub-account's token wrong
	{111169, 111171, badAccount},   // application id empty, malformed, too long
	{111176, 111184, badAccount},   // application deleted, disabled, foreign and so on
	{111188, 111188, notSetUp},     // no test numbers registered
	{111212, 111212, badAccount},   // application not online
	{111226, 111226, badAccount},   // application deleted or disabled

	// Checks of the request.
	{112300, 112300, badNumber},    // number empty
	{112301, 112301, badText},      // text empty
	{112302, 112302, down},         // bulk sending paused
	{112303, 112303, notSetUp},     // application may not send texts
	{112304, 112304, badText},      // encoding
	{112305, 112305, badTemplate},  // application not online
	{112306, 112306, badNumber},    // number empty
	{112307, 112308, badTemplate},  // template id or values empty
	{112309, 112309, badText},      // encoding
	{112310, 112313, badTemplate},  // application not online, no such template or extension
	{112314, 112314, phoneLimit},   // a day's limit; whose is not said, a number's is likelier
	{112315, 112315, badTemplate},  // template id too long
	{112316, 112316, badNumber},    // list of numbers malformed
	{112317, 112317, blacklisted},  // number
	{112318, 112318, badTemplate},  // template id not a number
	{112319, 112319, badNumber},    // number too long
	{112320, 112321, notSetUp},     // no address for reports
	{112323, 112323, badTemplate},  // not approved
	{112324, 112325, badRequest},   // query of one message: a call that is not made
	{112326, 112326, down},         // sending failed
	{112327, 112327, badRequest},   // query of one message
	{112328, 112328, badNumber},    // query of one message
	{112329, 112330, badRequest},   // count of reports wrong or too large
	{112341, 112350, badTemplate},  // making templates: a call that is not made
	{112351, 112353, badRequest},   // query of one message
	{112354, 112354, accountLimit}, // queries at the same time
	{112355, 112356, badRequest},   // query of one message
	{112357, 112357, badTemplate},  // making templates
	{112600, 112601, down},         // network timeout, protocol error
	{112602, 112604, badRequest},   // method, encoding of the body, no body
	{112605, 112609, down},         // status, TLS, chunked body
	{112610, 112616, badRequest},   // headers empty, body unreadable
	{112653, 112653, notSetUp},     // address not allowed
	{113302, 113302, badTemplate},  // test template, and the number is not registered

	{121002, 121002, noBalance}, // before 2014

	// Message platform.
	{160000, 160010, down},         // system error, channel busy
	{160011, 160011, badText},      // blocked words
	{160012, 160012, down},         // channel authentication
	{160013, 160013, noSuchPlace},  // number malformed or not supported
	{160014, 160014, down},         // channel balance
	{160015, 160015, phoneLimit},   // number of texts
	{160016, 160016, accountLimit}, // channel speed
	{160017, 160017, badRequest},   // over 100 numbers
	{160018, 160018, badText},      // blocked words
	{160019, 160019, badTemplate},  // signature
	{160020, 160020, badText},      // over 250 characters
	{160021, 160022, phoneLimit},   // same text once a day, a day's limit
	{160031, 160031, badRequest},   // parameters unreadable
	{160032, 160032, badTemplate},  // invalid
	{160033, 160033, badText},      // blocked words
	{160034, 160034, blacklisted},  // number
	{160035, 160035, badText},      // empty
	{160036, 160036, badTemplate},  // type unknown
	{160037, 160037, badText},      // too long
	{160038, 160041, phoneLimit},   // codes too frequent, limits per template and day
	{160042, 160042, badNumber},    // malformed
	{160043, 160043, badTemplate},  // of another application
	{160044, 160044, badNumber},    // empty
	{160045, 160045, phoneLimit},   // duplicates in a batch
	{160046, 160046, badText},      // marketing text not approved
	{160047, 160048, badRequest},   // query of reports unreadable, over 200 numbers
	{160049, 160049, badText},      // sensitive words
	{160050, 160050, down},         // sending failed
	{160051, 160051, blacklisted},  // unsubscribed
	{160052, 160052, badTemplate},  // values malformed
	{160053, 160053, notSetUp},     // address not allowed
	{160054, 160054, repeated},     // reqId used before
	{160055, 160055, badRequest},   // reqId too long
	{160056, 160056, phoneLimit},   // same text to the same number
	{160057, 160057, badTemplate},  // template id not a number
	{160058, 160058, noSuchPlace},  // no permission for international texts
	{160059, 160059, badRequest},   // several international numbers
	{160060, 160060, badText},      // international marketing
	{160061, 160062, noSuchPlace},  // country not supported or not switched on
	{160063, 160064, down},         // sending failed
	{160065, 160065, badTemplate},  // extension

	// Channels, and newer checks of authentication.
	{161000, 161005, down},         // channel fault, its balance, billing, records, none configured
	{161006, 161006, accountLimit}, // requests to a channel at the same time
	{161007, 161007, badText},      // sensitive words
	{161008, 161012, down},         // database and cache
	{161020, 161020, down},         // channel: no connection
	{161021, 161021, unclear},      // channel: no answer in time
	{161022, 161022, down},         // channel: request
	{161023, 161023, unclear},      // channel: empty answer
	{161024, 161024, down},         // channel: failure
	{161030, 161031, down},         // push of a report or reply failed
	{161100, 161108, badAccount},   // authentication
	{161125, 161125, badTemplate},  // trial: values are one to four digits
}

// codeLength is how many digits a code has.
const codeLength = 6

// meaningOf returns what a code means; a code that is in no table is unknown.
func meaningOf(code string) meaning {
	number, err := strconv.Atoi(code)
	if err != nil || len(code) != codeLength {
		return meaning{}
	}
	for _, run := range table {
		if run.first <= number && number <= run.last {
			return run.meaning
		}
	}
	return meaning{}
}
