package ronglian_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
)

// postbox mounts a handler that collects reports and what goes to the error hook.
func postbox(t *testing.T, options ...provider.ReportOption) (handler http.Handler, taken *[]provider.Report, hook *[]error) {
	t.Helper()
	taken, hook = &[]provider.Report{}, &[]error{}
	options = append(options, provider.OnReportError(func(_ context.Context, err error) { *hook = append(*hook, err) }))
	handler, err := provider.ReportHandler(newProvider(t, nil), func(_ context.Context, reports []provider.Report) error {
		*taken = append(*taken, reports...)
		return nil
	}, options...)
	require.NoError(t, err)
	return handler, taken, hook
}

func post(handler http.Handler, r *http.Request) int {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	return recorder.Code
}

// TestX1Charset pushes a reply and a delivery report in GBK, or under strange labels.
func TestX1Charset(t *testing.T) {
	t.Parallel()
	const (
		reply    = `<Request><action>SMSArrived</action><smsType>0</smsType><fromNum>13800000000</fromNum><content>收到，谢谢</content></Request>`
		delivery = `<Request><action>SMSArrived</action><smsType>1</smsType><fromNum>13800000000</fromNum><content>a1</content><status>0</status></Request>`
	)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(reply)
	require.NoError(t, err)
	for _, body := range []string{
		`<?xml version="1.0" encoding="GBK"?>` + gbk,
		`<?xml version="1.0" encoding="gb2312"?>` + gbk,
		`<?xml version="1.0" encoding="GB18030"?>` + gbk,
		`<?xml version="1.0" encoding="utf8"?>` + reply,
		`<?xml version="1.0" encoding="UTF8"?>` + reply,
		`<?xml version="1.0" encoding="utf-16"?>` + reply,
		`<?xml version="1.1" encoding="utf-8"?>` + reply,
		`<?xml version="1.0" encoding="nobody-knows-this"?>` + reply,
	} {
		handler, taken, hook := postbox(t)
		require.Equal(t, http.StatusOK, post(handler, push(strings.NewReader(body))))
		require.Empty(t, *hook)
		require.Len(t, *taken, 1)
		require.Equal(t, provider.ReportReply, (*taken)[0].Kind)
		require.Equal(t, "收到，谢谢", (*taken)[0].Reply, body)
	}
	for _, label := range []string{"GBK", "utf8", "Big5", "ISO-8859-1", "us-ascii", "hz-gb-2312", "utf-7"} {
		handler, taken, _ := postbox(t)
		require.Equal(t, http.StatusOK, post(handler, push(strings.NewReader(`<?xml version="1.0" encoding="`+label+`"?>`+delivery))))
		require.Equal(t, provider.StateDelivered, (*taken)[0].Status.State, label)
	}
}

// TestX2WhiteSpace pushes, and pulls, a delivered text with white space around every
// value.
func TestX2WhiteSpace(t *testing.T) {
	t.Parallel()
	want := delivered()
	xmlPush := `<?xml version="1.0" encoding="utf-8"?>
<Request>
	<action>
		SMSArrived
	</action>
	<smsType> 1 </smsType><recvTime> 20240102030410
	</recvTime>
	<fromNum>　13800000000　</fromNum><content>	` + messageID + "\r\n" + `</content>
	<status> 0 </status><dateSent> 20240102030406 </dateSent><deliverCode> DELIVRD </deliverCode>
	<reqId> a1B2c3D4 </reqId><smsCount>	1</smsCount><spCode>10690000 </spCode><appendCode>
	</appendCode>
</Request>`
	spaced := strings.NewReplacer(`":"`, `":" `, `",`, `\r\n",`, `"}}`, `	"}}`).Replace(wiretest.Read(t, "push-delivery.json"))
	spaced = strings.ReplaceAll(spaced, "\t", `\t`)
	for _, body := range []string{xmlPush, spaced} {
		handler, taken, hook := postbox(t)
		require.Equal(t, http.StatusOK, post(handler, push(strings.NewReader(body))))
		require.Empty(t, *hook)
		require.Equal(t, []provider.Report{want}, *taken)
	}

	failed := strings.NewReplacer("<status> 0 ", "<status>\n1\n", " DELIVRD ", " MA:0001\n").Replace(xmlPush)
	handler, taken, _ := postbox(t)
	require.Equal(t, http.StatusOK, post(handler, push(strings.NewReader(failed))))
	require.Equal(t, provider.KindBlocked, (*taken)[0].Status.Kind)
	require.Equal(t, "MA:0001", (*taken)[0].Status.Code)

	stub := &wiretest.Stub{Reply: strings.ReplaceAll(wiretest.Read(t, "reply-reports.json"), `"status":"0"`, `"status":" 0 "`)}
	reports, err := newProvider(t, stub.Client()).PullReports(t.Context(), provider.ReportDelivery, 20)
	require.NoError(t, err)
	require.Equal(t, want, reports[0])
}

// TestX3BadReport: a report that no repetition makes better goes to the hook; what is
// no push of this service at all is to come again.
func TestX3BadReport(t *testing.T) {
	t.Parallel()
	for body, problem := range map[string]string{
		`{"Request":{"action":"SMSArrived","fromNum":"13800000000","content":"a"}}`:                        "smsType: neither 0 nor 1",
		`{"Request":{"action":"SMSArrived","smsType":"1","content":"a"}}`:                                  "fromNum: missing",
		`{"Request":{"action":"SMSArrived","smsType":"1","fromNum":" ","content":"a"}}`:                    "fromNum: missing",
		`{"Request":{"action":"SMSArrived","smsType":"1","fromNum":{},"content":"a"}}`:                     "Request: not the expected JSON",
		`<Request><action>SMSArrived</action><smsType>1</smsType><fromNum>13800000000</fromNum></Request>`: "content: missing",
	} {
		handler, taken, hook := postbox(t)
		require.Equal(t, http.StatusOK, post(handler, push(strings.NewReader(body))), body)
		require.Empty(t, *taken)
		require.Len(t, *hook, 1)
		require.EqualError(t, (*hook)[0], "ronglian: reports: unavailable: unusable push: "+problem)
	}
	for _, body := range []string{"", "<html></html>", "[]", "{}", `{"Request":7}`, `{"Request":{"action":"CallAuth"}}`, "<Request><action>"} {
		handler, taken, hook := postbox(t)
		require.Equal(t, http.StatusInternalServerError, post(handler, push(strings.NewReader(body))), body)
		require.Empty(t, *taken)
		require.Len(t, *hook, 1)
	}
}

// TestX5Simulator has the simulator push twice what was sent once, to the address with
// the secret and to others.
func TestX5Simulator(t *testing.T) {
	t.Parallel()
	for _, asXML := range []bool{false, true} {
		store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{})
		require.NoError(t, err)
		const secret = "nobody-guesses-0123456789"
		handler, taken, hook := postbox(t, provider.RequireSecret(secret), provider.DropRepetitions(store))
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)

		service := rongliansim.New(rongliansim.Config{AccountSID: "sid", AuthToken: "token", AppID: "app", PushXML: asXML})
		at := time.Date(2024, time.January, 2, 3, 4, 10, 0, time.UTC)
		for range 2 {
			service.Reply("13800000000", "收到", at)
		}
		for _, path := range []string{"/sms", "/sms/nobody-guesses-0123456780"} {
			pushed, err := service.PushReports(t.Context(), server.Client(), server.URL+path)
			require.ErrorContains(t, err, "HTTP 404")
			require.Zero(t, pushed)
		}
		pushed, err := service.PushReports(t.Context(), server.Client(), server.URL+"/sms/"+secret)
		require.NoError(t, err)
		require.Equal(t, 2, pushed)
		require.Len(t, *taken, 1)
		require.Equal(t, "收到", (*taken)[0].Reply)
		service.Reply("13800000000", "收到", at.Add(time.Second))
		pushed, err = service.PushReports(t.Context(), server.Client(), server.URL+"/sms/"+secret+"/ronglian")
		require.NoError(t, err)
		require.Equal(t, 1, pushed)
		require.Len(t, *taken, 2, "the same words a second later are another reply")
		require.Empty(t, *hook)
	}
}
