package gateway

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Refusal is what refused requests are counted by.
type Refusal struct {
	// Code is why: a relayapi.ErrorCode, or of a registration one of registration_unknown,
	// registration_used, registration_expired and name_taken.
	Code string
	// Role and Name are whose requests they were; zero and empty for a token that nobody
	// has, for a registration, and for all further holders where there are very many.
	Role Role
	Name string
}

// Refusals returns how many requests were refused since the gateway was made, for metrics.
// It counts a bounded number of holders apart.
func (g *Gateway) Refusals() map[Refusal]int64 {
	g.refusals.mu.Lock()
	defer g.refusals.mu.Unlock()
	return maps.Clone(g.refusals.counts)
}

// NoteRefusal counts and logs a request that a door has refused by itself, before it came to a
// method of the gateway. Those that the gateway refuses are counted already.
func (g *Gateway) NoteRefusal(ctx context.Context, who Principal, code relayapi.ErrorCode) {
	g.note(ctx, Refusal{string(code), who.Role, who.Name})
}

// noteRefused counts and logs a request that ended with an error of the rules. The log has the
// names of holders, fields, lanes and countries, and no token, number or text.
func (g *Gateway) noteRefused(ctx context.Context, who Principal, err error) {
	code := codeOf(err)
	if code == "" {
		return
	}
	var scope *ScopeError
	var field *FieldError
	var details []slog.Attr
	switch {
	case errors.As(err, &scope):
		details = append(details, slog.String("field", scope.Field), slog.String("value", scope.Value))
	case errors.As(err, &field):
		details = append(details, slog.String("field", field.Field))
	}
	g.note(ctx, Refusal{code, who.Role, who.Name}, details...)
}

func (g *Gateway) note(ctx context.Context, r Refusal, details ...slog.Attr) {
	count, log := g.refusals.add(r, g.elapsed())
	if !log {
		return
	}
	attrs := []slog.Attr{slog.String("code", r.Code)}
	if r.Name != "" {
		attrs = append(attrs, slog.String("role", r.Role.String()), slog.String("name", r.Name))
	}
	attrs = append(attrs, slog.Int64("count", count))
	g.logger.LogAttrs(ctx, slog.LevelWarn, "relay: request refused", append(attrs, details...)...)
}

// refusals count. What strangers and floods bring about is logged once a second, with the
// count so far.
type refusals struct {
	mu     sync.Mutex
	counts map[Refusal]int64
	logged map[Refusal]time.Duration
}

const (
	mostRefusals   = 10_000
	logFloodsEvery = time.Second
)

// add counts a refusal and says whether to log it.
func (r *refusals) add(one Refusal, now time.Duration) (count int64, log bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts, r.logged = map[Refusal]int64{}, map[Refusal]time.Duration{}
	}
	if r.counts[one] == 0 && len(r.counts) >= mostRefusals {
		one.Role, one.Name = 0, ""
	}
	r.counts[one]++
	code := relayapi.ErrorCode(one.Code)
	if one.Name == "" || code == relayapi.CodeUnauthorized || code == relayapi.CodeTooManyRequests {
		if last, ok := r.logged[one]; ok && now-last < logFloodsEvery {
			return r.counts[one], false
		}
		r.logged[one] = now
	}
	return r.counts[one], true
}

// codes are the names under which errors are counted.
var codes = []struct {
	err  error
	code relayapi.ErrorCode
}{
	{ErrUnauthorized, relayapi.CodeUnauthorized},
	{ErrLaneForbidden, relayapi.CodeLaneForbidden},
	{ErrCountryForbidden, relayapi.CodeCountryForbidden},
	{ErrTooManyRequests, relayapi.CodeTooManyRequests},
	{ErrUnknownJob, relayapi.CodeUnknownJob},
	{ErrContentDiffers, relayapi.CodeIdempotencyConflict},
	{ErrNoPhoneOnline, relayapi.CodeNoPhoneOnline},
	{ErrLaneBusy, relayapi.CodeLaneBusy},
	{ErrBudgetUsed, relayapi.CodeSIMBudget},
	{ErrNotCancelling, relayapi.CodeNotCancelling},
	{ErrNotCancellable, relayapi.CodeNotCancellable},
	{ErrForeignJob, relayapi.CodeForeignJob},
	{ErrForeignLease, relayapi.CodeForeignLease},
	{ErrLeaseLost, relayapi.CodeLeaseLost},
	{ErrJobCancelled, relayapi.CodeJobCancelled},
	{ErrJobExpired, relayapi.CodeJobExpired},
	{ErrRegistrationUnknown, "registration_unknown"},
	{ErrRegistrationUsed, "registration_used"},
	{ErrRegistrationExpired, "registration_expired"},
	{ErrNameTaken, "name_taken"},
}

// codeOf returns the code of a refusal, or nothing for what is none: a queue that failed, a
// caller who has left, a gateway that shuts down.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	var field *FieldError
	var forbidden *ForbiddenError
	var quota *QuotaError
	switch {
	case errors.As(err, &field):
		return string(relayapi.CodeInvalidField)
	case errors.As(err, &forbidden):
		return string(relayapi.CodeForbidden)
	case errors.As(err, &quota):
		return string(relayapi.CodeRecipientQuota)
	}
	for _, known := range codes {
		if errors.Is(err, known.err) {
			return string(known.code)
		}
	}
	return ""
}
