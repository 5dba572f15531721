package ronglian_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// received is when testdata's reports came in.
var received = time.Date(2024, time.January, 2, 3, 4, 10, 0, adapter.Beijing)

// delivered is the report of testdata/push-delivery.json.
func delivered() provider.Report {
	return provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, Phone: provider.MustParsePhone("13800000000"),
		ID: messageID, Ref: "a1B2c3D4", At: received,
		Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD", At: received},
		Extra:  map[string]string{"dateSent": "20240102030406", "status": "0", "smsCount": "1", "spCode": "10690000"},
	}
}

// replied is the reply of testdata.
func replied(text string) provider.Report {
	return provider.Report{
		Provider: "ronglian", Kind: provider.ReportReply, Phone: provider.MustParsePhone("13800000000"), Reply: text,
		At: time.Date(2024, time.January, 2, 3, 5, 0, 0, adapter.Beijing), Extra: map[string]string{"appendCode": "1234"},
	}
}

// pull asks for what has come in.
func pull(kind provider.ReportKind, limit int) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client).PullReports(t.Context(), kind, limit)
	}
}

func TestPullReports(t *testing.T) {
	t.Parallel()
	sentAt := time.Date(2024, time.January, 2, 3, 4, 6, 0, adapter.Beijing)
	failed := provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, Phone: provider.MustParsePhone("13800000001"),
		ID: messageID, At: sentAt,
		Status: provider.Status{State: provider.StateFailed, Code: "UNDELIV", At: sentAt},
		Extra:  map[string]string{"dateSent": "20240102030406", "status": "1", "smsCount": "1"},
	}
	wiretest.Requests(t, []wiretest.Request{
		{
			Name: "delivery reports", Call: pull(provider.ReportDelivery, 20), Reply: wiretest.Read(t, "reply-reports.json"),
			Want: []provider.Report{delivered(), failed}, Golden: "request-reports.http",
		},
		{
			Name: "replies, as many as there are", Call: pull(provider.ReportReply, 0), Reply: wiretest.Read(t, "reply-replies.json"),
			Want: []provider.Report{replied("TD")}, Golden: "request-replies.http",
		},
	})
}

func TestPullReportsLimit(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"000000","reports":null}`}
	p := newProvider(t, stub.Client())
	reports, err := p.PullReports(t.Context(), provider.ReportDelivery, 501)
	require.NoError(t, err)
	require.Empty(t, reports)
	require.Contains(t, stub.Only(t), `"count":"500"`)
	_, err = p.PullReports(t.Context(), provider.ReportDelivery, -1)
	require.ErrorContains(t, err, "ronglian: reports: config: limit: ")
	_, err = p.PullReports(t.Context(), provider.ReportKind(7), 0)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "kind: ")
	require.Len(t, stub.Requests(), 1)
}

// TestStatusKind tells why a text failed, where the carrier's code does.
func TestStatusKind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, members string
		want          provider.Status
	}{
		{"blacklist", `"deliverCode":"MA:0001","status":"1"`, provider.Status{State: provider.StateFailed, Kind: provider.KindBlocked, Code: "MA:0001"}},
		{"several reasons", `"deliverCode":"REJECTD","status":"1"`, provider.Status{State: provider.StateFailed, Code: "REJECTD"}},
		{"unlisted", `"deliverCode":"MA:0999","status":"1"`, provider.Status{State: provider.StateFailed, Code: "MA:0999"}},
		{"code of a refusal", `"deliverCode":"160034","status":"1"`, provider.Status{State: provider.StateFailed, Code: "160034"}},
		{"delivered all the same", `"deliverCode":"MA:0001","status":"0"`, provider.Status{State: provider.StateDelivered, Code: "MA:0001"}},
		{"no status", `"deliverCode":"MA:0001"`, provider.Status{State: provider.StateUnknown, Code: "MA:0001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := `{"Request":{"action":"SMSArrived","smsType":"1","fromNum":"13800000000","content":"a1",` + tt.members + `}}`
			reports, err := newProvider(t, nil).ParseReports(push(strings.NewReader(body)))
			require.NoError(t, err)
			require.Equal(t, tt.want, reports[0].Status)
		})
	}
}

// TestPullReportsKeepsTheReadable loses nothing that can be read: what was
// pulled is gone from the service's queue.
func TestPullReportsKeepsTheReadable(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"000000","reports":[
		{"fromNum":"13800000000","content":"a1","status":""},
		{"fromNum":{},"content":"a2"},
		"a3",
		{"content":"a4","status":"0"},
		{"smsType":"1","fromNum":"13800000000"},
		{"smsType":"7","fromNum":"13800000000","content":"a6"},
		{"fromNum":"10690000","content":"a7","status":"3","recvTime":"soon"}
	]}`}
	reports, err := newProvider(t, stub.Client()).PullReports(t.Context(), provider.ReportDelivery, 0)
	wiretest.Named(t, err, "unusable reply: reports[1]: not the expected JSON", "unusable reply: reports[2]: not a JSON object",
		"unusable reply: reports[3]: fromNum: missing", "unusable reply: reports[4]: content: missing",
		"unusable reply: reports[5]: smsType: neither 0 nor 1")
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Len(t, reports, 2)
	require.Equal(t, "a1", reports[0].ID)
	require.Equal(t, provider.StateUnknown, reports[0].Status.State)
	require.Equal(t, provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, ID: "a7",
		Status: provider.Status{State: provider.StateFailed, Code: "3"}, Extra: map[string]string{"status": "3"},
	}, reports[1], "a number and a time that cannot be read are left out")
}

func TestPullReportsFails(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: pull(provider.ReportDelivery, 0), At: reportsCall, Begins: "ronglian: reports: "}.Replies(t, []wiretest.Reply{
		{Name: "refused", Reply: `{"statusCode":"112330","statusMsg":"x"}`, Kind: provider.KindConfig, Code: "112330"},
		{Name: "repeated, which no pull can be", Reply: `{"statusCode":"160054"}`, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "160054"},
		{Name: "no code", Reply: `{"reports":[]}`, Kind: provider.KindUnavailable},
		{Name: "no list", Reply: `{"statusCode":"000000","reports":"none"}`, Kind: provider.KindUnavailable},
	})
}

func push(body io.Reader) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/reports", body)
}

func TestParseReports(t *testing.T) {
	t.Parallel()
	undelivered := provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, Phone: provider.MustParsePhone("13800000000"), ID: messageID, At: received,
		Status: provider.Status{State: provider.StateFailed, Code: "1", At: received},
		Extra:  map[string]string{"dateSent": "20240102030406", "status": "1", "appendCode": "1234"},
	}
	tests := []struct {
		name, body string
		want       provider.Report
	}{
		{name: "delivery, JSON", body: wiretest.Read(t, "push-delivery.json"), want: delivered()},
		{name: "delivery, XML", body: wiretest.Read(t, "push-delivery.xml"), want: undelivered},
		{name: "reply, JSON", body: wiretest.Read(t, "push-reply.json"), want: replied("收到，谢谢")},
		{name: "JSON behind a byte order mark", body: "\ufeff" + wiretest.Read(t, "push-reply.json"), want: replied("收到，谢谢")},
		{name: "XML behind a byte order mark", body: "\ufeff" + wiretest.Read(t, "push-delivery.xml"), want: undelivered},
		{
			name: "numbers, unknown members",
			body: `{"Request":{"action":"SMSArrived","smsType":0,"fromNum":13800000000,"content":4653,"new":[]},"more":1}`,
			want: provider.Report{
				Provider: "ronglian", Kind: provider.ReportReply, Phone: provider.MustParsePhone("13800000000"),
				Reply: "4653", Extra: map[string]string{},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reports, err := newProvider(t, nil).ParseReports(push(strings.NewReader(tt.body)))
			require.NoError(t, err)
			require.Equal(t, []provider.Report{tt.want}, reports)
		})
	}
}

func TestParseReportsFails(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, names string }{
		{name: "empty", body: "", names: "empty"},
		{name: "a list", body: "[]", names: "not a JSON object"},
		{name: "no Request", body: "{}", names: "Request: empty"},
		{name: "Request of another type", body: `{"Request":"13800000000"}`, names: "Request: not a JSON object"},
		{name: "another action", body: `{"Request":{"action":"CallAuth"}}`, names: "action: want SMSArrived"},
		{name: "no smsType", body: `{"Request":{"action":"SMSArrived","fromNum":"13800000000","content":"a"}}`, names: "smsType"},
		{name: "no number", body: `{"Request":{"action":"SMSArrived","smsType":"1","content":"a"}}`, names: "fromNum"},
		{name: "no id", body: `{"Request":{"action":"SMSArrived","smsType":"1","fromNum":"13800000000"}}`, names: "content"},
		{name: "XML that breaks off", body: "<Request><fromNum>13800000000", names: "not the expected XML"},
		{name: "XML with another root", body: "<Response/>", names: "not the expected XML"},
		{name: "XML in a charset of its own", body: `<?xml version="1.0" encoding="GBK"?><Request/>`, names: "action: want SMSArrived"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reports, err := newProvider(t, nil).ParseReports(push(strings.NewReader(tt.body)))
			require.Empty(t, reports)
			require.ErrorIs(t, err, provider.KindUnavailable)
			require.ErrorContains(t, err, "ronglian: reports: unavailable: unusable push: ")
			require.ErrorContains(t, err, tt.names)
			require.NotContains(t, err.Error(), "13800000000")
		})
	}
	_, err := newProvider(t, nil).ParseReports(push(iotest.ErrReader(io.ErrUnexpectedEOF)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	get := push(strings.NewReader(wiretest.Read(t, "push-delivery.json")))
	get.Method = http.MethodGet
	_, err = newProvider(t, nil).ParseReports(get)
	require.ErrorContains(t, err, "want POST")
}

func FuzzPush(f *testing.F) {
	for _, name := range []string{"push-delivery.json", "push-delivery.xml", "push-reply.json"} {
		f.Add(wiretest.Read(f, name))
	}
	for _, seed := range []string{`{"Request":null}`, `{"Request":{"action":1}}`, "<Request>", "<a/>", "\ufeff<", "{}", ""} {
		f.Add(seed)
	}
	for _, seed := range []string{
		`<?xml version="1.0" encoding="GBK"?><Request><action> SMSArrived </action><smsType>0</smsType><fromNum>1</fromNum></Request>`,
		`{"Request":{"action":"SMSArrived","fromNum":{}}}`, "<\x00R\x00",
	} {
		f.Add(seed)
	}
	p := newProvider(f, nil)
	f.Fuzz(func(t *testing.T, body string) {
		reports, err := p.ParseReports(push(strings.NewReader(body)))
		require.Equal(t, err == nil, len(reports) == 1)
		requireIDs(t, reports)
	})
}

// requireIDs makes sure that a delivery report names its message.
func requireIDs(t *testing.T, reports []provider.Report) {
	t.Helper()
	for _, report := range reports {
		require.Equal(t, report.Kind == provider.ReportReply, report.ID == "")
	}
}

// FuzzPull answers a pull with anything.
func FuzzPull(f *testing.F) {
	for _, seed := range []string{`{"statusCode":"000000","reports":[{},null,1]}`, `{"statusCode":160038}`, `{}`, `null`, `<html>`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		p := newProvider(t, (&wiretest.Stub{Reply: reply}).Client())
		reports, _ := p.PullReports(t.Context(), provider.ReportDelivery, 0)
		requireIDs(t, reports)
	})
}
