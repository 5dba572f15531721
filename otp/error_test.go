package otp_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestO17WaitsAreWholeSecondsRoundedUpAndNeverZero(t *testing.T) {
	t.Parallel()
	s, _, c := newClocked(t)
	v := started(t, s)
	c.Advance(59*time.Second + time.Millisecond)
	_, err := s.Resend(t.Context(), resend(v.ID))
	e := failure(t, err)
	require.Equal(t, 1, e.RetrySeconds())
	require.Equal(t, http.StatusTooManyRequests, e.HTTPStatus())
	requireJSON(t, `{"code":"wait","rule":"resend","retry_after":1,"resend_after":1,"expires_in":541,"tries_left":5}`, err)
	c.Advance(998 * time.Millisecond)
	_, err = s.Resend(t.Context(), resend(v.ID))
	require.Equal(t, 1, failure(t, err).RetrySeconds())
}

func requireJSON(t *testing.T, want string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	require.Equal(t, want, string(data))
}

func TestO17EveryErrorIsForMachines(t *testing.T) {
	t.Parallel()
	cause := errors.New("the cause")
	for _, c := range []struct {
		e      otp.Error
		status int
		json   string
	}{
		{otp.Error{Code: otp.BadRequest, Text: "Purpose: …"}, 400, `{"code":"bad_request"}`},
		{otp.Error{Code: otp.BadPhone}, 400, `{"code":"bad_phone"}`},
		{otp.Error{Code: otp.WrongCode, TriesLeft: 2, ExpiresIn: time.Second / 2}, 422, `{"code":"wrong_code","expires_in":1,"tries_left":2}`},
		{otp.Error{Code: otp.Used}, 410, `{"code":"used"}`},
		{otp.Error{Code: otp.TimeOver}, 410, `{"code":"expired"}`},
		{otp.Error{Code: otp.GivenUp}, 410, `{"code":"canceled"}`},
		{otp.Error{Code: otp.NoTries}, 429, `{"code":"exhausted"}`},
		{otp.Error{Code: otp.Wait, Rule: "resend", RetryAfter: 59001 * time.Millisecond, ResendAfter: time.Minute}, 429, `{"code":"wait","rule":"resend","retry_after":60,"resend_after":60}`},
		{otp.Error{Code: otp.NoSends}, 429, `{"code":"no_sends"}`},
		{otp.Error{Code: otp.HasArrived}, 409, `{"code":"arrived"}`},
		{otp.Error{Code: otp.NotSent, Err: cause}, 502, `{"code":"not_sent"}`},
		{otp.Error{Code: otp.ChallengeWanted, Challenge: json.RawMessage(`{"n":1}`)}, 403, `{"code":"challenge","challenge":{"n":1}}`},
		{otp.Error{Code: otp.Blocked, Rule: "R1"}, 403, `{"code":"blocked","rule":"R1"}`},
		{otp.Error{Code: otp.Unavailable, Err: cause}, 503, `{"code":"unavailable"}`},
	} {
		require.Equal(t, c.status, c.e.HTTPStatus())
		requireJSON(t, c.json, &c.e)
		require.ErrorIs(t, &c.e, c.e.Code)
		require.Equal(t, c.e.Err, errors.Unwrap(&c.e))
		require.Contains(t, c.e.Error(), string(c.e.Code))
	}
	require.NotErrorIs(t, &otp.Error{Code: otp.Used}, otp.WrongCode)
	require.Equal(t, "otp: wait (resend): too soon: retry after 2 s: the cause",
		(&otp.Error{Code: otp.Wait, Rule: "resend", Text: "too soon", RetryAfter: 1001 * time.Millisecond, Err: cause}).Error())
	require.Equal(t, "used", otp.Used.Error())
}

// TestO16NothingTellsWhetherANumberIsKnown compares what two numbers are answered; the service
// knows of no users.
func TestO16NothingTellsWhetherANumberIsKnown(t *testing.T) {
	t.Parallel()
	s, _, _ := newClocked(t)
	verified := func(number string) (start, check string) {
		req := otp.StartRequest{Purpose: "login", Phone: number, Binding: session}
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		_, err = s.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: session, Code: "0000000"})
		v.ID, v.Phone = "", provider.Phone{}
		data, merr := json.Marshal([]any{v, err})
		require.NoError(t, merr)
		return string(data), err.Error()
	}
	oneStart, oneCheck := verified("13800138000")
	otherStart, otherCheck := verified("13900139000")
	require.Equal(t, oneStart, otherStart)
	require.Equal(t, oneCheck, otherCheck)
}

func TestVerificationIsForPages(t *testing.T) {
	t.Parallel()
	s, _, c := newClocked(t)
	v := started(t, s)
	c.Advance(1500 * time.Millisecond)
	status, err := s.Status(t.Context(), v.ID, "login", session)
	require.NoError(t, err)
	requireJSON(t, `{"id":"`+v.ID+`","purpose":"login","phone":"138****8000","state":"pending","sent":false,"delivered":false,`+
		`"sends":1,"sends_left":4,"digits":6,"tries_left":5,"resend_after":59,"expires_in":599}`, status)
	require.Contains(t, status.LogValue().String(), "138****8000")
	require.NoError(t, s.Cancel(t.Context(), v.ID, "login", session))
	status, err = s.Status(t.Context(), v.ID, "login", session)
	require.NoError(t, err)
	require.Equal(t, otp.Canceled, status.State)
	require.Zero(t, status.TriesLeft+status.SendsLeft+int(status.ResendAfter)+int(status.ExpiresIn))
}

func TestARefusedFirstTextEndsTheVerification(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	sms.Script(fake.Refuse(provider.KindRecipient))
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.NotSent)
	all, err := s.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	require.Equal(t, otp.Undeliverable, all[0].Verification.State)
	_, err = s.Check(t.Context(), check(all[0].Verification.ID, "123456"))
	require.ErrorIs(t, err, otp.NotSent)
}
