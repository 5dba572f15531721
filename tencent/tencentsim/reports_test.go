package tencentsim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pull returns the reply of a call that pulls, and how many rows it has.
func (a account) pull(t *testing.T, action, body string) (reply string, rows int) {
	t.Helper()
	reply, verdict := a.do(t, request{action: action, body: body})
	require.Empty(t, verdict)
	var r struct {
		Response struct{ PullSmsSendStatusSet, PullSmsReplyStatusSet []any }
	}
	require.NoError(t, json.Unmarshal([]byte(reply), &r))
	require.NotContains(t, reply, "null")
	return reply, len(r.Response.PullSmsSendStatusSet) + len(r.Response.PullSmsReplyStatusSet)
}

const (
	pullBody  = `{"Limit":100,"SmsSdkAppId":"1400006666"}`
	phoneBody = `{"BeginTime":1699996400,"EndTime":1700000000,"Offset":0,"Limit":100,"PhoneNumber":"+8613800138000","SmsSdkAppId":"1400006666"}`
	countBody = `{"BeginTime":"2023111506","EndTime":"2023111506","SmsSdkAppId":"1400006666","Limit":0,"Offset":0}`
)

func TestPull(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	a.Report(Delivery{Serial: "2433:1", Phone: "+8613800138000", Session: "order-17", At: a.clock.Now()})
	a.Report(Delivery{Serial: "2433:2", Phone: "+12025550123", At: a.clock.Now(), Failed: true})
	a.Receive(Reply{Phone: "+8613800138000", Text: "T", Sign: "示例签名", ExtendCode: "07", At: a.clock.Now()})
	deliveries, _ := a.pull(t, "PullSmsSendStatus", pullBody)
	require.Equal(t, `{"Response":{"PullSmsSendStatusSet":[`+
		`{"UserReceiveTime":1700000000,"CountryCode":"86","SubscriberNumber":"13800138000","PhoneNumber":"+8613800138000",`+
		`"SerialNo":"2433:1","ReportStatus":"SUCCESS","Description":"DELIVRD","SessionContext":"order-17"},`+
		`{"UserReceiveTime":1700000000,"CountryCode":"1","SubscriberNumber":"2025550123","PhoneNumber":"+12025550123",`+
		`"SerialNo":"2433:2","ReportStatus":"FAIL","Description":"UNDELIV","SessionContext":""}],`+
		`"RequestId":"6553f100-0000-4000-8000-000000000001"}}`, deliveries)
	replies, _ := a.pull(t, "PullSmsReplyStatus", pullBody)
	require.Equal(t, `{"Response":{"PullSmsReplyStatusSet":[{"ExtendCode":"07","CountryCode":"86","PhoneNumber":"+8613800138000",`+
		`"SignName":"示例签名","ReplyContent":"T","ReplyTime":1700000000,"SubscriberNumber":"13800138000"}],`+
		`"RequestId":"6553f100-0000-4000-8000-000000000002"}}`, replies)
	for _, action := range []string{"PullSmsSendStatus", "PullSmsReplyStatus"} {
		_, rows := a.pull(t, action, pullBody)
		require.Zero(t, rows, "what was taken is gone")
		for range 2 {
			_, rows = a.pull(t, action+"ByPhoneNumber", phoneBody)
			require.Equal(t, 1, rows, "and can still be looked up by its number")
		}
	}
}

func TestQueueIsTakenInParts(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	for i := range keptReports + 5 {
		a.Report(Delivery{Serial: fmt.Sprint(i), Phone: "+8613800138000", At: a.clock.Now()})
	}
	reply, rows := a.pull(t, "PullSmsSendStatus", `{"Limit":2,"SmsSdkAppId":"1400006666"}`)
	require.Equal(t, 2, rows)
	require.Contains(t, reply, `"SerialNo":"5"`, "the oldest were dropped")
	_, rows = a.pull(t, "PullSmsSendStatusByPhoneNumber", phoneBody)
	require.Equal(t, 100, rows, "no more than the limit")
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Deliver: true})
	a.send(t, "SessionContext", `"order-17"`)
	reply, rows := a.pull(t, "PullSmsSendStatusByPhoneNumber", phoneBody)
	require.Equal(t, 1, rows)
	require.Contains(t, reply, `"SerialNo":"`+a.server.Texts()[0].ID+`","ReportStatus":"SUCCESS","Description":"DELIVRD","SessionContext":"order-17"`)
}

// TestWindow looks reports up by time. Without an end, it is now.
func TestWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		begin, end string
		want       int
	}{
		{"1700000000", "1700000000", 1}, {"1699990000", "1699999999", 0}, {"1700000001", "1700000002", 0}, {"1699395200", "", 1},
	} {
		a := newAccount(Config{})
		a.Report(Delivery{Serial: "1", Phone: "+8613800138000", At: a.clock.Now()})
		a.Receive(Reply{Phone: "+8613800138000", Text: "T", At: a.clock.Now()})
		for _, action := range []string{"PullSmsSendStatusByPhoneNumber", "PullSmsReplyStatusByPhoneNumber"} {
			_, rows := a.pull(t, action, changed(t, phoneBody, "BeginTime", tt.begin, "EndTime", tt.end))
			require.Equal(t, tt.want, rows, tt)
		}
	}
	reply, _ := newAccount(Config{}).do(t, request{action: "PullSmsSendStatusByPhoneNumber", body: changed(t, phoneBody, "BeginTime", "1700000001", "EndTime", "")})
	require.Equal(t, []string{"request: InvalidParameterValue.EndTimeVerifyFail"}, codes(t, reply))
}

func TestRefusedPulls(t *testing.T) {
	t.Parallel()
	pulls := []string{"PullSmsSendStatus", "PullSmsReplyStatus"}
	byPhone := []string{"PullSmsSendStatusByPhoneNumber", "PullSmsReplyStatusByPhoneNumber"}
	counts := []string{"SendStatusStatistics"}
	tests := []struct {
		name, body, field, value, code string
		actions                        []string
	}{
		{name: "application", actions: pulls, body: pullBody, field: "SmsSdkAppId", value: `"x"`, code: "UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{name: "limit 0", actions: pulls, body: pullBody, field: "Limit", value: `0`, code: "InvalidParameterValue.LimitVerifyFail"},
		{name: "limit 101", actions: byPhone, body: phoneBody, field: "Limit", value: `101`, code: "InvalidParameterValue.LimitVerifyFail"},
		{name: "limit with a fraction", actions: byPhone, body: phoneBody, field: "Limit", value: `1.5`, code: "InvalidParameter"},
		{name: "offset", actions: byPhone, body: phoneBody, field: "Offset", value: `1`, code: "InvalidParameterValue.OffsetVerifyFail"},
		{name: "number", actions: byPhone, body: phoneBody, field: "PhoneNumber", value: `"1"`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "number with spaces", actions: byPhone, body: phoneBody, field: "PhoneNumber", value: `"138 0013 8000"`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "too long ago", actions: byPhone, body: phoneBody, field: "BeginTime", value: `1699395199`, code: "InvalidParameterValue.BeginTimeVerifyFail"},
		{name: "the wrong way round", actions: byPhone, body: phoneBody, field: "EndTime", value: `1699996399`, code: "InvalidParameterValue.EndTimeVerifyFail"},
		{name: "no hour", actions: counts, body: countBody, field: "BeginTime", value: `"20231115"`, code: "InvalidParameterValue.BeginTimeVerifyFail"},
		{name: "hours the wrong way round", actions: counts, body: countBody, field: "EndTime", value: `"2023111505"`, code: "InvalidParameterValue.EndTimeVerifyFail"},
		{name: "hours that are equal", actions: counts, body: countBody, field: "EndTime", value: `"2023111506"`, code: "InvalidParameterValue.EndTimeVerifyFail"},
		{name: "counts with a limit", actions: counts, body: countBody, field: "Limit", value: `10`, code: "InvalidParameterValue.LimitVerifyFail"},
		{name: "counts with an offset", actions: counts, body: countBody, field: "Offset", value: `10`, code: "InvalidParameterValue.OffsetVerifyFail"},
		{name: "counts of another application", actions: counts, body: countBody, field: "SmsSdkAppId", value: `"x"`, code: "UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
	}
	for _, tt := range tests {
		for _, action := range tt.actions {
			t.Run(action+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				cfg := Config{SameHour: tt.name != "hours that are equal"}
				reply, verdict := newAccount(cfg).do(t, request{action: action, body: changed(t, tt.body, tt.field, tt.value)})
				require.Equal(t, []string{"request: " + tt.code}, codes(t, reply))
				require.Contains(t, verdict, tt.field+": ")
			})
		}
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Blocked: []string{"+8613800138001"}, SameHour: true})
	a.send(t, "PhoneNumberSet", `["13800138000","13800138001"]`)
	a.clock.Advance(time.Hour)
	a.send(t, "PhoneNumberSet", `["13800138000"]`)
	reply, _ := a.do(t, request{action: "SendStatusStatistics", body: countBody})
	require.Contains(t, reply, `"SendStatusStatistics":{"FeeCount":1,"RequestCount":2,"RequestSuccessCount":1}`)
	reply, _ = a.do(t, request{action: "SendStatusStatistics", body: changed(t, countBody, "EndTime", `"2023111507"`)})
	require.Contains(t, reply, `"SendStatusStatistics":{"FeeCount":2,"RequestCount":3,"RequestSuccessCount":2}`)
}

func TestPushedBodies(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, time.October, 17, 0, 3, 4, 0, time.UTC)
	require.JSONEq(t, `[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS",`+
		`"errmsg":"DELIVRD","description":"用户短信送达成功","sid":"2433:1"}]`,
		string(PushDeliveries(Delivery{Serial: "2433:1", Phone: "+8613800138000", At: at})))
	require.JSONEq(t, `{"extend":"07","mobile":"13800138000","nationcode":"86","sign":"示例签名","text":"T","time":1445040184}`,
		string(PushReply(Reply{Phone: "+8613800138000", Text: "T", Sign: "示例签名", ExtendCode: "07", At: at})))
	require.Contains(t, string(PushReply(Reply{Phone: "10086"})), `"mobile":"10086","nationcode":""`)
}

// pushTo posts the queues to a receiver that gives these answers in turn; the last
// one stays.
func pushTo(t *testing.T, a account, answers ...string) (taken int, pushes []string, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := answers[min(len(pushes), len(answers)-1)]
		pushes = append(pushes, r.Method+" "+r.Header.Get("Content-Type")+" "+string(body))
		if answer == "500" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	taken, err = a.PushReports(t.Context(), server.Client(), server.URL)
	return taken, pushes, err
}

const ok = `{"result":0,"errmsg":"OK"}`

func TestPushReports(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	report := Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()}
	for range mostReports + 1 {
		a.Report(report)
	}
	reply := Reply{Phone: "+8613800138000", Text: "T", At: a.clock.Now()}
	a.Receive(reply)
	taken, pushes, err := pushTo(t, a, ok)
	require.NoError(t, err)
	require.Equal(t, mostReports+2, taken)
	require.Len(t, pushes, 3, "two parts of a list, and a reply")
	require.Equal(t, "POST application/json "+string(PushDeliveries(report)), pushes[1])
	require.Equal(t, "POST application/json "+string(PushReply(reply)), pushes[2])

	taken, pushes, err = pushTo(t, a, ok)
	require.NoError(t, err)
	require.Zero(t, taken)
	require.Empty(t, pushes, "the queues are empty")
	_, rows := a.pull(t, "PullSmsSendStatus", pullBody)
	require.Zero(t, rows)
}

// TestPushIsRepeated: up to three times, and then it is given up.
func TestPushIsRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answers []string
		want    string
	}{
		{answers: []string{"500", `{"result":1}`, ok}},
		{answers: []string{`{"result":1}`}, want: "tencentsim: push: the receiver answers result 1"},
		{answers: []string{"500"}, want: "the receiver answers HTTP 500"},
		{answers: []string{`{}`}, want: "the receiver's answer is not"},
		{answers: []string{`{"result":"0"}`}, want: "the receiver's answer is not"},
	} {
		a := newAccount(Config{})
		a.Report(Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()})
		taken, pushes, err := pushTo(t, a, tt.answers...)
		require.Len(t, pushes, 3, tt)
		if tt.want == "" {
			require.NoError(t, err)
			require.Equal(t, 1, taken)
			continue
		}
		require.ErrorContains(t, err, tt.want)
		require.Zero(t, taken)
	}
}

func TestPushToNobody(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for address, want := range map[string]string{"http://127.0.0.1:1": context.Canceled.Error(), ":": "missing protocol scheme"} {
		a.Receive(Reply{Phone: "+8613800138000"})
		_, err := a.PushReports(ctx, http.DefaultClient, address)
		require.ErrorContains(t, err, want)
	}
}
