package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestThreeThousandPollsOnOneTokenAreRefusedByName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.put(gateway.Principal{Name: "old-phone", Role: gateway.RolePhone, Limits: gateway.Limits{RequestsPerSecond: -1}})
		o.put(gateway.Principal{Name: "new-phone", Role: gateway.RolePhone})
		who := o.who("old-phone")
		var waited, refused atomic.Int64
		poll := func() {
			_, err := o.gateway.Pull(t.Context(), who, gateway.PullRequest{Wait: time.Second})
			var limit *gateway.LimitError
			switch {
			case err == nil:
				waited.Add(1)
			case isLimit(err, &limit) && limit.Limit == 32 && limit.Of == "pulls at once":
				refused.Add(1)
			}
		}
		for range 3000 {
			go poll()
		}
		synctest.Wait()
		_, err := o.gateway.Pull(t.Context(), o.who("new-phone"), gateway.PullRequest{})
		require.NoError(t, err, "another phone has its own limit")
		<-time.After(2 * time.Second)
		synctest.Wait()
		require.EqualValues(t, 32, waited.Load())
		require.EqualValues(t, 3000-32, refused.Load())
		require.EqualValues(t, 3000-32, o.gateway.Refusals()[gateway.Refusal{
			Code: string(relayapi.CodeTooManyRequests), Role: gateway.RolePhone, Name: "old-phone",
		}])
		require.Equal(t, 1, strings.Count(o.log.String(), "too_many_requests"), "a flood is not logged line by line")
		_, err = o.gateway.Pull(t.Context(), who, gateway.PullRequest{})
		require.NoError(t, err, "pulls that have ended do not count")
	})
}

func isLimit(err error, limit **gateway.LimitError) bool {
	found, ok := err.(*gateway.LimitError) //nolint:errorlint // the gateway returns it as it is
	*limit = found
	return ok
}

func TestRequestsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		pull := func() error {
			_, err := o.gateway.Pull(t.Context(), o.who("old-phone"), gateway.PullRequest{})
			return err
		}
		for range 100 {
			require.NoError(t, pull())
		}
		var limit *gateway.LimitError
		require.ErrorAs(t, pull(), &limit)
		require.ErrorIs(t, limit, gateway.ErrTooManyRequests)
		require.Contains(t, limit.Error(), "100 requests a second")
		<-time.After(limit.RetryAfter)
		require.NoError(t, pull())
	})
}

func TestSubmissionsAMinuteAndADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, func(c *gateway.Config) { c.Quotas = []gateway.Quota{{Limit: 1, Window: 24 * time.Hour}} })
		o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite, Limits: gateway.Limits{SubmitsPerMinute: 2, SubmitsPerDay: 3}})
		number := 13800138000
		next := func() error {
			o.online()
			number++
			_, err := o.submit(func(s *gateway.Submission) { s.To = relayapi.Number(fmt.Sprint(number)) })
			return err
		}
		require.NoError(t, next())
		for range 3 {
			_, err := o.submit(func(s *gateway.Submission) { s.To = relayapi.Number(fmt.Sprint(number)) })
			var quota *gateway.QuotaError
			require.ErrorAs(t, err, &quota, "what was not stored does not count")
		}
		require.NoError(t, next())
		var limit *gateway.LimitError
		require.ErrorAs(t, next(), &limit)
		require.Equal(t, "submissions a minute", limit.Of)
		<-time.After(limit.RetryAfter)
		require.NoError(t, next())
		require.ErrorAs(t, next(), &limit)
		require.Equal(t, "submissions a day", limit.Of)
		require.Greater(t, limit.RetryAfter, 23*time.Hour)
		<-time.After(limit.RetryAfter)
		require.NoError(t, next())
	})
}

func TestEveryRefusalIsLoggedAndCounted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.online()
	site, phone := o.who(shop), o.who("old-phone")
	_, err := o.gateway.Authenticate(t.Context(), "wrong-token")
	require.Error(t, err)
	_, err = o.gateway.Authenticate(t.Context(), "shop-token", gateway.RolePhone)
	require.Error(t, err)
	_, err = o.submit(func(s *gateway.Submission) { s.Lane = "mob" })
	require.Error(t, err)
	_, err = o.submit(func(s *gateway.Submission) { s.To = "+447700900123" })
	require.Error(t, err)
	_, err = o.submit(func(s *gateway.Submission) { s.Text = "\u200b" })
	require.Error(t, err)
	_, err = o.gateway.Job(t.Context(), site, "nothing")
	require.Error(t, err)
	_, err = o.gateway.Cancel(t.Context(), phone, "nothing")
	require.Error(t, err)
	_, err = o.gateway.CancelKey(t.Context(), site, "")
	require.Error(t, err)
	o.gateway.NoteRefusal(t.Context(), site, relayapi.CodeBadJSON)

	bySite := func(code string) gateway.Refusal {
		return gateway.Refusal{Code: code, Role: gateway.RoleSite, Name: shop}
	}
	require.Equal(t, map[gateway.Refusal]int64{
		{Code: "unauthorized"}: 1, bySite("forbidden"): 1, bySite("lane_forbidden"): 1, bySite("country_forbidden"): 1,
		bySite("invalid_field"): 2, bySite("unknown_job"): 1, bySite("bad_json"): 1,
		{Code: "forbidden", Role: gateway.RolePhone, Name: "old-phone"}: 1,
	}, o.gateway.Refusals())

	lines := []string{}
	for line := range strings.Lines(o.log.String()) {
		var entry struct{ Msg, Code, Name, Field, Value string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry))
		if entry.Msg == "relay: request refused" {
			lines = append(lines, strings.TrimSpace(entry.Code+" "+entry.Name+" "+entry.Field+" "+entry.Value))
		}
	}
	require.Equal(t, []string{
		"unauthorized", "forbidden shop", "lane_forbidden shop lane mob", "country_forbidden shop to +44", "invalid_field shop text",
		"unknown_job shop", "forbidden old-phone", "invalid_field shop key", "bad_json shop",
	}, lines)
	require.NotContains(t, o.log.String(), "447700900123")
}

func TestCountedHoldersAreBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const most = 10_000
	for n := range most + 50 {
		o.gateway.NoteRefusal(t.Context(), gateway.Principal{Name: fmt.Sprint("phone-", n), Role: gateway.RolePhone}, relayapi.CodeBadJSON)
	}
	counts := o.gateway.Refusals()
	require.LessOrEqual(t, len(counts), most+1)
	require.EqualValues(t, 50, counts[gateway.Refusal{Code: "bad_json"}], "the others are counted together")
}

func TestTextsThatNobodySees(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.online()
	for _, blank := range []string{
		"\u200b", "\u200b\u200c\u200d", "\ufeff", "\u2060 \n", "\u00ad", "\u034f", "\u115f\u1160", "\u3164", "\uffa0", "\u2800", "\ufe0f", "\u180b",
		"\U000e0041", "\u202e\u202c", "\u3000\u200b",
	} {
		_, err := o.submit(func(s *gateway.Submission) { s.Text = relayapi.Text(blank) })
		var field *gateway.FieldError
		require.ErrorAs(t, err, &field, "%+q", blank)
		require.Equal(t, "text", field.Field)
	}
	for _, seen := range []string{".", "\u200b.", "❤\ufe0f", "👨\u200d👩", "字", "e\u0301"} {
		_, err := o.submit(func(s *gateway.Submission) { s.Text = relayapi.Text(seen) })
		require.NoError(t, err, "%+q", seen)
	}
}
