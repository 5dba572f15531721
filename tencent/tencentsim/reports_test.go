package tencentsim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rows counts the rows of a reply to a pull.
func rows(t *testing.T, reply string) int {
	t.Helper()
	var r struct{ Response map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(reply), &r))
	for _, name := range []string{"PullSmsSendStatusSet", "PullSmsReplyStatusSet"} {
		if raw, ok := r.Response[name]; ok {
			var list []any
			require.NoError(t, json.Unmarshal(raw, &list))
			return len(list)
		}
	}
	require.Fail(t, "no rows", reply)
	return 0
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
	reply, _ := a.do(t, request{action: "PullSmsSendStatus", body: pullBody})
	require.JSONEq(t, `{"Response":{"PullSmsSendStatusSet":[
		{"UserReceiveTime":1700000000,"CountryCode":"86","SubscriberNumber":"13800138000","PhoneNumber":"+8613800138000",
		 "SerialNo":"2433:1","ReportStatus":"SUCCESS","Description":"DELIVRD","SessionContext":"order-17"},
		{"UserReceiveTime":1700000000,"CountryCode":"1","SubscriberNumber":"2025550123","PhoneNumber":"+12025550123",
		 "SerialNo":"2433:2","ReportStatus":"FAIL","Description":"UNDELIV","SessionContext":""}],
		"RequestId":"6553f100-0000-4000-8000-000000000001"}}`, reply)
	reply, _ = a.do(t, request{action: "PullSmsSendStatus", body: pullBody})
	require.Zero(t, rows(t, reply), "what was taken is gone")
	reply, _ = a.do(t, request{action: "PullSmsSendStatusByPhoneNumber", body: phoneBody})
	require.Equal(t, 1, rows(t, reply), "and can still be looked up by its number")
	reply, _ = a.do(t, request{action: "PullSmsSendStatusByPhoneNumber", body: phoneBody})
	require.Equal(t, 1, rows(t, reply))
}

func TestPullReplies(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	a.Receive(Reply{Phone: "+8613800138000", Text: "T", Sign: "示例签名", ExtendCode: "07", At: a.clock.Now()})
	reply, _ := a.do(t, request{action: "PullSmsReplyStatus", body: pullBody})
	require.JSONEq(t, `{"Response":{"PullSmsReplyStatusSet":[{"ExtendCode":"07","CountryCode":"86","PhoneNumber":"+8613800138000",
		"SignName":"示例签名","ReplyContent":"T","ReplyTime":1700000000,"SubscriberNumber":"13800138000"}],
		"RequestId":"6553f100-0000-4000-8000-000000000001"}}`, reply)
	reply, _ = a.do(t, request{action: "PullSmsReplyStatus", body: pullBody})
	require.Zero(t, rows(t, reply))
	reply, _ = a.do(t, request{action: "PullSmsReplyStatusByPhoneNumber", body: phoneBody})
	require.Equal(t, 1, rows(t, reply))
}

func TestQueueIsTakenInParts(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	for i := range keptReports + 5 {
		a.Report(Delivery{Serial: fmt.Sprint(i), Phone: "+8613800138000", At: a.clock.Now()})
	}
	reply, _ := a.do(t, request{action: "PullSmsSendStatus", body: `{"Limit":2,"SmsSdkAppId":"1400006666"}`})
	require.Equal(t, 2, rows(t, reply))
	require.Contains(t, reply, `"SerialNo":"5"`, "the oldest were dropped")
	reply, _ = a.do(t, request{action: "PullSmsSendStatusByPhoneNumber", body: phoneBody})
	require.Equal(t, 100, rows(t, reply), "no more than the limit")
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Deliver: true})
	a.send(t)
	reply, _ := a.do(t, request{action: "PullSmsSendStatusByPhoneNumber", body: phoneBody})
	require.Equal(t, 1, rows(t, reply))
	require.Contains(t, reply, `"SerialNo":"2433:170000000000000000000000001"`)
}

// TestWindow looks reports up by time.
func TestWindow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, begin, end string
		want             int
	}{
		{name: "in it", begin: "1700000000", end: "1700000000", want: 1},
		{name: "before it", begin: "1699990000", end: "1699999999"},
		{name: "after it", begin: "1700000001"},
		{name: "open", begin: "1699395200", want: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			a.Report(Delivery{Serial: "1", Phone: "+8613800138000", At: a.clock.Now()})
			a.Receive(Reply{Phone: "+8613800138000", Text: "T", At: a.clock.Now()})
			for _, action := range []string{"PullSmsSendStatusByPhoneNumber", "PullSmsReplyStatusByPhoneNumber"} {
				reply, verdict := a.do(t, request{action: action, body: changed(t, phoneBody, "BeginTime", tt.begin, "EndTime", tt.end)})
				if tt.name == "after it" {
					require.Equal(t, []string{"request: InvalidParameterValue.EndTimeVerifyFail"}, codes(t, reply), "the end is now")
					continue
				}
				require.Equal(t, tt.want, rows(t, reply), verdict)
			}
		})
	}
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

// receiver takes pushes and answers them in turn; the last answer stays.
type receiver struct {
	mu      sync.Mutex
	answers []string
	bodies  []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, request.Method+" "+request.Header.Get("Content-Type")+" "+string(body))
	answer := r.answers[0]
	if len(r.answers) > 1 {
		r.answers = r.answers[1:]
	}
	if answer == "500" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, answer)
}

const ok = `{"result":0,"errmsg":"OK"}`

// pushTo posts the queue to a receiver with these answers.
func pushTo(t *testing.T, a account, answers ...string) (taken int, bodies []string, err error) {
	t.Helper()
	r := &receiver{answers: answers}
	server := httptest.NewServer(r)
	defer server.Close()
	taken, err = a.PushReports(t.Context(), server.Client(), server.URL)
	return taken, r.bodies, err
}

func TestPushReports(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	report := Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()}
	for range mostReports + 1 {
		a.Report(report)
	}
	reply := Reply{Phone: "+8613800138000", Text: "T", At: a.clock.Now()}
	a.Receive(reply)
	taken, bodies, err := pushTo(t, a, ok)
	require.NoError(t, err)
	require.Equal(t, mostReports+2, taken)
	require.Len(t, bodies, 3, "two parts of a list, and a reply")
	require.Equal(t, "POST application/json "+string(PushDeliveries(report)), bodies[1])
	require.Equal(t, "POST application/json "+string(PushReply(reply)), bodies[2])

	taken, bodies, err = pushTo(t, a, ok)
	require.NoError(t, err)
	require.Zero(t, taken)
	require.Empty(t, bodies, "the queues are empty")
	pulled, _ := a.do(t, request{action: "PullSmsSendStatus", body: pullBody})
	require.Zero(t, rows(t, pulled))
}

func TestPushIsRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []string
		want    string
		posts   int
	}{
		{name: "taken at the third try", answers: []string{"500", `{"result":1}`, ok}, posts: 3},
		{name: "given up", answers: []string{`{"result":1}`}, posts: 3, want: "tencentsim: push: the receiver answers result 1"},
		{name: "an error page", answers: []string{"500"}, posts: 3, want: "the receiver answers HTTP 500"},
		{name: "no answer in it", answers: []string{`{}`}, posts: 3, want: "the receiver's answer is not"},
		{name: "a result that is no number", answers: []string{`{"result":"0"}`}, posts: 3, want: "the receiver's answer is not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			a.Report(Delivery{Serial: "2433:1", Phone: "+8613800138000", At: a.clock.Now()})
			taken, bodies, err := pushTo(t, a, tt.answers...)
			require.Len(t, bodies, tt.posts)
			if tt.want == "" {
				require.NoError(t, err)
				require.Equal(t, 1, taken)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.Zero(t, taken)
		})
	}
}

func TestPushToNobody(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	a.Receive(Reply{Phone: "+8613800138000"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := a.PushReports(ctx, http.DefaultClient, "http://127.0.0.1:1")
	require.ErrorIs(t, err, context.Canceled)
	a.Receive(Reply{Phone: "+8613800138000"})
	_, err = a.PushReports(ctx, http.DefaultClient, ":")
	require.ErrorContains(t, err, "missing protocol scheme", fmt.Sprint(err))
}
