package relayapi_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func ptr[T any](v T) *T { return &v }

// TestVersion1StaysByteForByte holds what phones and sites of version 1 read and
// write. Phones update later than gateways: a line here is only ever added to by a
// new, optional member.
func TestVersion1StaysByteForByte(t *testing.T) {
	t.Parallel()
	at := relayapi.Time{Time: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)}
	device := &relayapi.Device{
		Model: "Mi 4", App: "cnsms", BatteryPercent: ptr(80), Charging: ptr(true), MaySend: ptr(true), Unrestricted: ptr(false),
		FailedLastHour: ptr(0), SIMs: []relayapi.SIM{{Slot: 1, Carrier: "CMCC", Ready: ptr(true)}},
	}
	failure := &relayapi.Failure{Class: relayapi.FailureNoService, Text: "radio off", MayHaveSent: true}
	for _, tt := range []struct {
		name       string
		full, zero any
		want, bare string
	}{
		{
			"submit",
			relayapi.Submit{To: "+8613800138000", Text: "Hi", Ref: "r", Lane: "text", TTLSeconds: 60, WaitMS: 5000},
			relayapi.Submit{},
			`{"to":"+8613800138000","text":"Hi","ref":"r","lane":"text","ttl_seconds":60,"wait_ms":5000}`,
			`{"to":"","text":""}`,
		},
		{
			"submission",
			relayapi.Submission{
				ID: "1", State: relayapi.StateFailed, Ref: "r", Lane: "text", Phone: "old", Created: at, Deadline: at, Failure: failure,
				History: []relayapi.Transition{{State: relayapi.StateFailed, Source: relayapi.SourcePhone, Name: "old", At: at, ReportedAt: at, Failure: failure, Late: true}},
			},
			relayapi.Submission{Created: at, Deadline: at, History: []relayapi.Transition{{At: at}}},
			`{"id":"1","state":"failed","ref":"r","lane":"text","phone":"old","created":"2026-11-21T03:30:00.000Z","deadline":"2026-11-21T03:30:00.000Z","failure":{"class":"no_service","text":"radio off","may_have_sent":true},"history":[{"state":"failed","source":"phone","name":"old","at":"2026-11-21T03:30:00.000Z","reported_at":"2026-11-21T03:30:00.000Z","failure":{"class":"no_service","text":"radio off","may_have_sent":true},"late":true}]}`,
			`{"id":"","state":"","lane":"","created":"2026-11-21T03:30:00.000Z","deadline":"2026-11-21T03:30:00.000Z","history":[{"state":"","source":"","at":"2026-11-21T03:30:00.000Z"}]}`,
		},
		{
			"pull",
			relayapi.Pull{Max: 2, WaitMS: 25000, IntervalMS: 30000, Lanes: []string{"text"}, Unasked: true, Device: device},
			relayapi.Pull{},
			`{"max":2,"wait_ms":25000,"interval_ms":30000,"lanes":["text"],"unasked":true,"device":{"model":"Mi 4","app":"cnsms","battery_percent":80,"charging":true,"may_send":true,"unrestricted":false,"failed_last_hour":0,"sims":[{"slot":1,"carrier":"CMCC","ready":true}]}}`,
			`{}`,
		},
		{
			"register",
			relayapi.Register{Code: "c", Name: "old"},
			relayapi.Register{},
			`{"code":"c","name":"old"}`,
			`{"code":""}`,
		},
		{
			"registered",
			relayapi.Registered{Token: "t", Name: "old", Role: "phone", Lanes: []string{"text"}},
			relayapi.Registered{},
			`{"token":"t","name":"old","role":"phone","lanes":["text"]}`,
			`{"token":"","name":"","role":""}`,
		},
		{
			"pulled",
			relayapi.Pulled{Jobs: []relayapi.Job{{ID: "1", To: "+8613800138000", Text: "Hi", Lane: "text", Deadline: at, RemainingMS: 1, Lease: "l", LeaseDeadline: at, LeaseRemainingMS: 2, Cancelling: true, SIM: 1}}},
			relayapi.Pulled{Jobs: []relayapi.Job{}},
			`{"jobs":[{"id":"1","to":"+8613800138000","text":"Hi","lane":"text","deadline":"2026-11-21T03:30:00.000Z","remaining_ms":1,"lease":"l","lease_deadline":"2026-11-21T03:30:00.000Z","lease_remaining_ms":2,"cancelling":true,"sim":1}]}`,
			`{"jobs":[]}`,
		},
		{
			"state report",
			relayapi.StateReport{ID: "1", Lease: "l", State: relayapi.StateFailed, At: at, Error: &relayapi.Failure{Class: relayapi.FailureUnknown}},
			relayapi.StateReport{},
			`{"id":"1","lease":"l","state":"failed","at":"2026-11-21T03:30:00.000Z","error":{"class":"unknown"}}`,
			`{"id":"","lease":"","state":""}`,
		},
		{"recorded", relayapi.Recorded{ID: "1", State: relayapi.StateTaken}, relayapi.Recorded{}, `{"id":"1","state":"taken"}`, `{"id":"","state":""}`},
		{"health", relayapi.Health{Status: "ok"}, relayapi.Health{}, `{"status":"ok"}`, `{"status":""}`},
		{
			"error",
			relayapi.ErrorReply{Error: relayapi.Error{Code: relayapi.CodeJobExpired, Message: "m", Field: "f", State: relayapi.StateExpired}},
			relayapi.ErrorReply{},
			`{"error":{"code":"job_expired","message":"m","field":"f","state":"expired"}}`,
			`{"error":{"code":"","message":""}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, one := range []struct {
				value any
				want  string
			}{{tt.full, tt.want}, {tt.zero, tt.bare}} {
				got, err := json.Marshal(one.value)
				require.NoError(t, err)
				require.Equal(t, one.want, string(got))
			}
		})
	}
}

// TestVersion1KeepsItsPathsAndWords: the names of constants may change, these not.
func TestVersion1KeepsItsPathsAndWords(t *testing.T) {
	t.Parallel()
	require.Equal(t,
		[]string{"/v1/messages", "/v1/pull", "/v1/receipts", "/healthz", "/v1/openapi.json", "Idempotency-Key", "Retry-After"},
		[]string{relayapi.PathSubmissions, relayapi.PathPull, relayapi.PathStateReports, relayapi.PathHealth, relayapi.PathOpenAPI, relayapi.HeaderIdempotencyKey, relayapi.HeaderRetryAfter})
	require.Equal(t,
		[]relayapi.State{"queued", "offered", "taken", "sent", "delivered", "failed", "expired", "cancelled", "cancelling", "uncertain"},
		[]relayapi.State{
			relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateSent,
			relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled,
			relayapi.StateCancelling, relayapi.StateUncertain,
		})
	require.Equal(t,
		[]relayapi.ErrorCode{
			"bad_json", "unknown_field", "invalid_field", "unauthorized", "forbidden", "not_found", "method_not_allowed", "body_too_large",
			"body_timeout", "unsupported_media_type", "queue_unavailable", "shutting_down", "no_phone_online", "recipient_quota",
			"idempotency_conflict", "not_cancellable", "unknown_job", "foreign_job", "foreign_lease", "lease_lost", "job_cancelled", "job_expired",
			"lane_busy", "not_cancelling", "lane_forbidden", "country_forbidden", "too_many_requests", "sim_budget",
		},
		[]relayapi.ErrorCode{
			relayapi.CodeBadJSON, relayapi.CodeUnknownField, relayapi.CodeInvalidField, relayapi.CodeUnauthorized, relayapi.CodeForbidden,
			relayapi.CodeNotFound, relayapi.CodeMethodNotAllowed, relayapi.CodeBodyTooLarge, relayapi.CodeBodyTimeout,
			relayapi.CodeUnsupportedMediaType, relayapi.CodeQueueUnavailable, relayapi.CodeShuttingDown, relayapi.CodeNoPhoneOnline,
			relayapi.CodeRecipientQuota, relayapi.CodeIdempotencyConflict, relayapi.CodeNotCancellable, relayapi.CodeUnknownJob,
			relayapi.CodeForeignJob, relayapi.CodeForeignLease, relayapi.CodeLeaseLost, relayapi.CodeJobCancelled, relayapi.CodeJobExpired,
			relayapi.CodeLaneBusy, relayapi.CodeNotCancelling, relayapi.CodeLaneForbidden, relayapi.CodeCountryForbidden,
			relayapi.CodeTooManyRequests, relayapi.CodeSIMBudget,
		})
}
