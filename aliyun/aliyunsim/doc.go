// Package aliyunsim simulates Alibaba Cloud's (阿里云) two products for texts, API version
// 2017-05-25, for tests: 短信服务 (Dysmsapi) with SendSms, SendBatchSms, QuerySendDetails
// and GetSmsSign, and 短信认证 (Dypnsapi) with SendSmsVerifyCode, CheckSmsVerifyCode and
// QuerySendDetails. They are two services that share an account:
//
//	account := aliyunsim.New(aliyunsim.Config{AccessKeyID: "id", AccessKeySecret: "secret"})
//	server := sim.Start(t, account, account.Verification())
//
// Both take GET and POST, fields in the query, in the body or in both, and two kinds of
// signatures: ACS3-HMAC-SHA256 in headers (V3) and HMAC-SHA1 in fields (V1). A verdict
// says which line of what was signed differs. Both push reports, and 短信服务 replies.
//
// QuerySendDetails is a call of both products, with the same fields. The host decides whose
// it is, where it is one of theirs, then the end of the BizId (^0 is 短信服务, ^4 is
// 短信认证). What is left goes to the service that was given to the server first.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or not
// at all:
//
//   - The order in which faults are noticed, and the wording of most refusals: it is that
//     of the tables of codes, which describe the code.
//   - The HTTP status of each code of the gateway, the code of a field that is missing
//     (here MissingParameter), of a request that is not signed as it should be (here
//     IncompleteSignature), of a time that cannot be read (here InvalidTimeStamp.Expired)
//     and of a token that is not the key's (here InvalidSecurityToken.Expired). Which
//     limits the headers of Throttling.User and Throttling.Api name is made up.
//   - That V1 has a window of 15 minutes for its Timestamp, as V3 has; whether the nonce of
//     a request that was refused counts as used (here not), and how long a nonce is
//     remembered (here 30 minutes).
//   - Whether V3 wants every x-acs- header signed (here it does; its document says so, and
//     no refusal was seen), what a field counts that stands in the query and in the body
//     (here the one in the query), and whether a body may be multipart/form-data (here it
//     may).
//   - Which code stands for a whole request when one of its numbers is refused: here that
//     of the first one, and nothing is sent.
//   - The codes of 短信服务 for a number abroad with a template for the mainland (here
//     isv.MOBILE_NUMBER_ILLEGAL), for lists of different length in SendBatchSms (here
//     isv.INVALID_JSON_PARAM), for a variable that is empty (here
//     isv.TEMPLATE_MISSING_PARAMETERS), for a value that a template for codes does not take
//     (here isv.PARAM_LENGTH_LIMIT and isv.TEMPLATE_PARAMS_ILLEGAL), and for an OutId, a
//     date or a page that is out of bounds (here isv.INVALID_PARAMETERS). Whether values
//     that the template has no variable for are refused (here not).
//   - Of the limits: whether 50 texts a day are those of a calendar day (here that of
//     Beijing), and the words with it. The 40 codes that a number gets in 24 hours from
//     everybody together, the account's own caps and the limits of requests a second are
//     not simulated.
//   - Packs: one balance in segments pays both products. A text that does not arrive is
//     billed all the same.
//   - Which carrier a number belongs to: it is read from how the number begins, and numbers
//     that have moved keep that.
//   - Of QuerySendDetails: the order of the texts (here the newest first), the zone of days
//     and times (here Beijing's), what stands in the place of ReceiveDate and ErrCode as
//     long as a text waits for its receipt (here nothing), and the codes of its refusals.
//   - Of GetSmsSign: which of its many members come (here those that tell of the review and
//     of the filing), whether they are numbers or texts, and what RegisterResult says where
//     carriers differ.
//   - Of 短信认证: the wording of the given templates, the limits of a number by the hour and
//     by the day, and what the number of a wrong field's refusal is (here
//     isv.INVALID_PARAMETERS, and MOBILE_NUMBER_ILLEGAL for the number). What a number of
//     Config.Blocked gets (here the text is accepted, and with Config.Deliver the report
//     says MOBILE_IN_BLACK).
//   - Of codes: how many wrong tries one bears (Config.Verification.Tries chooses), whether
//     a caller's own code replaces those of the service (here not), whether the newest one
//     replaces those that were sent with DuplicatePolicy 2 (here it does, unless it has
//     that policy too), whether the check of one code uses up others (here not), what the
//     default of CaseAuthPolicy is (here 1), and whether the OutId of the check has to be
//     that of the send (here not). Whether Interval is that of the earlier or of the later
//     request (here the later), and AutoRetry does nothing.
//   - Of pushes: how many reports are in one (here up to 100), whether a code other than 0
//     is taken as well (here not), the zone of the times (here Beijing's), and the waits
//     before a push is repeated: 1, 5 and 10 minutes at the real service, none here. The
//     pushes of reviews (SignSmsReport, TemplateSmsReport) and the queue (MNS) are not
//     simulated.
//   - Answers in XML, which V1 gives without Format=JSON, other methods than GET and POST,
//     and the products' other calls are refused with InvalidAction.NotFound and words that
//     begin with "not simulated".
package aliyunsim
