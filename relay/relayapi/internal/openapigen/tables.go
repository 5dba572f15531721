package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// limitWords are what links to limits in comments stand for.
var limitWords = map[string]string{
	"MaxBody":           strconv.Itoa(relayapi.MaxBody),
	"MaxText":           strconv.Itoa(relayapi.MaxText),
	"MaxRef":            strconv.Itoa(relayapi.MaxRef),
	"MaxIdempotencyKey": strconv.Itoa(relayapi.MaxIdempotencyKey),
	"MaxLane":           strconv.Itoa(relayapi.MaxLane),
	"MaxLanes":          strconv.Itoa(relayapi.MaxLanes),
	"MaxJobs":           strconv.Itoa(relayapi.MaxJobs),
	"MaxFailureText":    strconv.Itoa(relayapi.MaxFailureText),
	"MaxSIMs":           strconv.Itoa(relayapi.MaxSIMs),
	"MaxDeviceText":     strconv.Itoa(relayapi.MaxDeviceText),
	"MinTTL":            relayapi.MinTTL.String(),
	"DefaultTTL":        "300 seconds",
	"MaxTTL":            "3600 seconds",
	"MaxWait":           "60 seconds",
	"MinInterval":       relayapi.MinInterval.String(),
	"DefaultInterval":   "30 seconds",
	"MaxInterval":       "10 minutes",
	"OpenAPI":           "this document",
}

func millis(d time.Duration) int64 { return d.Milliseconds() }

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// keywords are what a member's type does not say: by the names on the wire. The tests of
// relaydoor hold each of them against what the gateway accepts.
var keywords = map[string]object{
	"Submit.to":               {{"minLength", 1}},
	"Submit.text":             {{"minLength", 1}, {"maxLength", relayapi.MaxText}, {"pattern", `\S`}},
	"Submit.ref":              {{"maxLength", relayapi.MaxRef}},
	"Submit.lane":             {{"pattern", "^[a-z0-9_-]{0,32}$"}},
	"Submit.ttl_seconds":      {{"minimum", 0}, {"maximum", seconds(relayapi.MaxTTL)}},
	"Submit.wait_ms":          {{"minimum", 0}, {"maximum", millis(relayapi.MaxWait)}},
	"Pull.max":                {{"minimum", 0}, {"maximum", relayapi.MaxJobs}},
	"Pull.wait_ms":            {{"minimum", 0}, {"maximum", millis(relayapi.MaxWait)}},
	"Pull.interval_ms":        {{"maximum", millis(relayapi.MaxInterval)}, {"anyOf", []object{{{"const", 0}}, {{"minimum", millis(relayapi.MinInterval)}}}}},
	"Pull.lanes":              {{"maxItems", relayapi.MaxLanes}, {"uniqueItems", true}},
	"Pull.lanes[]":            {{"pattern", "^[a-z0-9_-]{1,32}$"}},
	"Device.model":            {{"maxLength", relayapi.MaxDeviceText}},
	"Device.app":              {{"maxLength", relayapi.MaxDeviceText}},
	"Device.battery_percent":  {{"minimum", 0}, {"maximum", 100}},
	"Device.failed_last_hour": {{"minimum", 0}},
	"Device.sims":             {{"maxItems", relayapi.MaxSIMs}},
	"SIM.slot":                {{"minimum", 1}, {"maximum", relayapi.MaxSIMs}},
	"SIM.carrier":             {{"maxLength", relayapi.MaxDeviceText}},
	"StateReport.id":          {{"minLength", 1}},
	"StateReport.lease":       {{"minLength", 1}},
	"StateReport.state": {{"enum", []relayapi.State{
		relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateCancelled,
	}}},
	"StateReport.error": {{"unevaluatedProperties", false}},
	"Register.code":     {{"minLength", 1}},
	"Register.name":     {{"pattern", "^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"}},
	"StateReport": {
		{"if", object{{"properties", object{{"state", object{{"const", relayapi.StateFailed}}}}}}},
		{"then", object{{"required", []string{"error"}}}},
		{"else", object{{"not", object{{"required", []string{"error"}}}}}},
	},
}

// closed are the bodies of requests: the gateway refuses members that it does not know.
var closed = map[string]bool{"Submit": true, "Pull": true, "Device": true, "SIM": true, "StateReport": true, "Register": true}

// enums are the types with a closed list of values.
var enums = []string{"State", "SourceKind", "FailureClass", "ErrorCode"}

// roots are the types of all bodies.
var roots = []any{
	relayapi.Submit{},
	relayapi.Submission{},
	relayapi.Pull{},
	relayapi.Pulled{},
	relayapi.StateReport{},
	relayapi.Recorded{},
	relayapi.Register{},
	relayapi.Registered{},
	relayapi.Health{},
	relayapi.ErrorReply{},
}

// operation is one method of one path.
type operation struct {
	method, path, id, summary string
	roles                     []string // whose token; none: without a token
	key                       keyUse
	body                      string // the type of its body; none: no body
	answers                   []answer
	errors                    []relayapi.ErrorCode
}

// answer is a response that is no refusal.
type answer struct {
	status      int
	description string
	body        string // the type; none: any object
}

// keyUse says whether a request has the header Idempotency-Key.
type keyUse int

const (
	noKey keyUse = iota
	optionalKey
	requiredKey
)

var (
	gatewayErrors = []relayapi.ErrorCode{relayapi.CodeShuttingDown, relayapi.CodeQueueUnavailable}
	tokenErrors   = []relayapi.ErrorCode{relayapi.CodeUnauthorized, relayapi.CodeForbidden, relayapi.CodeTooManyRequests}
	bodyErrors    = []relayapi.ErrorCode{
		relayapi.CodeBadJSON, relayapi.CodeUnknownField, relayapi.CodeInvalidField, relayapi.CodeBodyTooLarge, relayapi.CodeBodyTimeout,
		relayapi.CodeUnsupportedMediaType,
	}
)

// anyPath are the errors of requests that are those of no operation.
var anyPath = []relayapi.ErrorCode{relayapi.CodeNotFound, relayapi.CodeMethodNotAllowed, relayapi.CodeShuttingDown}

const jobPath = relayapi.PathSubmissions + "/{id}"

var operations = []operation{
	{
		method: http.MethodPost, path: relayapi.PathSubmissions, id: "submit", summary: "A site submits a text",
		roles: []string{"site"}, key: optionalKey, body: "Submit",
		answers: []answer{
			{http.StatusOK, "The job that this idempotency key names already, as it is now.", "Submission"},
			{http.StatusCreated, "A new job, as it is now.", "Submission"},
		},
		errors: []relayapi.ErrorCode{
			relayapi.CodeLaneForbidden, relayapi.CodeCountryForbidden, relayapi.CodeNoPhoneOnline, relayapi.CodeLaneBusy, relayapi.CodeSIMBudget,
			relayapi.CodeRecipientQuota, relayapi.CodeIdempotencyConflict,
		},
	},
	{
		method: http.MethodDelete, path: relayapi.PathSubmissions, id: "cancelByKey", summary: "A site cancels the submission that a key names",
		roles: []string{"site"}, key: requiredKey,
		answers: []answer{{http.StatusOK, "Cancelled: no phone has sent the text and none will.", "Submission"}},
		errors:  []relayapi.ErrorCode{relayapi.CodeInvalidField, relayapi.CodeNotCancellable},
	},
	{
		method: http.MethodGet, path: jobPath, id: "read", summary: "A site or an operator reads a job",
		roles: []string{"site", "operator"}, answers: []answer{{http.StatusOK, "The job as it is now.", "Submission"}},
		errors: []relayapi.ErrorCode{relayapi.CodeUnknownJob},
	},
	{
		method: http.MethodDelete, path: jobPath, id: "cancel", summary: "A site or an operator cancels a job",
		roles: []string{"site", "operator"}, answers: []answer{{http.StatusOK, "Cancelled: no phone has sent the text and none will.", "Submission"}},
		errors: []relayapi.ErrorCode{relayapi.CodeUnknownJob, relayapi.CodeNotCancellable},
	},
	{
		method: http.MethodPost, path: relayapi.PathPull, id: "pull", summary: "A phone asks for jobs",
		roles: []string{"phone"}, body: "Pull", answers: []answer{{http.StatusOK, "Jobs, or none.", "Pulled"}},
		errors: []relayapi.ErrorCode{relayapi.CodeLaneForbidden},
	},
	{
		method: http.MethodPost, path: relayapi.PathStateReports, id: "report", summary: "A phone reports a job's state",
		roles: []string{"phone"}, body: "StateReport", answers: []answer{{http.StatusOK, "Stored.", "Recorded"}},
		errors: []relayapi.ErrorCode{
			relayapi.CodeUnknownJob, relayapi.CodeForeignJob, relayapi.CodeForeignLease, relayapi.CodeLeaseLost,
			relayapi.CodeJobCancelled, relayapi.CodeJobExpired, relayapi.CodeNotCancelling,
		},
	},
	{
		method: http.MethodPost, path: relayapi.PathRegister, id: "register", summary: "A device gets its token by a code", body: "Register",
		answers: []answer{{http.StatusCreated, "The device's token: the only copy.", "Registered"}},
		errors: []relayapi.ErrorCode{
			relayapi.CodeRegistrationUnknown, relayapi.CodeRegistrationUsed, relayapi.CodeRegistrationExpired, relayapi.CodeNameTaken,
			relayapi.CodeTooManyRequests, relayapi.CodeQueueUnavailable, relayapi.CodeNotFound,
		},
	},
	{
		method: http.MethodGet, path: relayapi.PathHealth, id: "health", summary: "Whether the gateway works",
		answers: []answer{{http.StatusOK, "It works.", "Health"}}, errors: []relayapi.ErrorCode{relayapi.CodeQueueUnavailable},
	},
	{
		method: http.MethodGet, path: relayapi.PathOpenAPI, id: "openAPI", summary: "This document",
		answers: []answer{{http.StatusOK, "This document.", ""}},
	},
}
