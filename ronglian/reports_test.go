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
)

// received is when testdata's reports came in, in the service's zone.
var received = time.Date(2024, time.January, 1, 19, 4, 10, 0, time.UTC)

// delivered is the report of testdata/push-delivery.json.
func delivered() provider.Report {
	return provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, Phone: provider.MustParsePhone("13800000000"),
		ID: messageID, Ref: "a1B2c3D4", At: received,
		Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD", At: received},
		Extra:  map[string]string{"dateSent": "20240102030406", "status": "0", "smsCount": "1", "spCode": "10690000"},
	}
}

// requireReports compares reports, times by the moment.
func requireReports(t *testing.T, want, got []provider.Report) {
	t.Helper()
	for i := range got {
		got[i].At, got[i].Status.At = got[i].At.UTC(), got[i].Status.At.UTC()
	}
	require.Equal(t, want, got)
}

func TestPullReports(t *testing.T) {
	t.Parallel()
	sentAt := time.Date(2024, time.January, 1, 19, 4, 6, 0, time.UTC)
	failed := provider.Report{
		Provider: "ronglian", Kind: provider.ReportDelivery, Phone: provider.MustParsePhone("13800000001"),
		ID: messageID, At: sentAt,
		Status: provider.Status{State: provider.StateFailed, Code: "UNDELIV", At: sentAt},
		Extra:  map[string]string{"dateSent": "20240102030406", "status": "1", "smsCount": "1"},
	}
	reply := provider.Report{
		Provider: "ronglian", Kind: provider.ReportReply, Phone: provider.MustParsePhone("13800000000"),
		Reply: "TD", At: time.Date(2024, time.January, 1, 19, 5, 0, 0, time.UTC),
		Extra: map[string]string{"appendCode": "1234"},
	}
	tests := []struct {
		name          string
		kind          provider.ReportKind
		limit         int
		reply, golden string
		want          []provider.Report
	}{
		{
			name: "delivery reports", kind: provider.ReportDelivery, limit: 20,
			reply: "reply-reports.json", golden: "request-reports.http", want: []provider.Report{delivered(), failed},
		},
		{
			name: "replies, as many as there are", kind: provider.ReportReply,
			reply: "reply-replies.json", golden: "request-replies.http", want: []provider.Report{reply},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, tt.reply)}
			reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), tt.kind, tt.limit)
			require.NoError(t, err)
			requireReports(t, tt.want, reports)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

func TestPullReportsLimit(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"000000","reports":null}`}
	p := newProvider(t, newConfig(stub.Client()))
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
	reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), provider.ReportDelivery, 0)
	for _, problem := range []string{
		"reports[1]: not the expected JSON", "reports[2]: not a JSON object", "reports[3]: fromNum: missing",
		"reports[4]: content: missing", "reports[5]: smsType: neither 0 nor 1",
	} {
		require.ErrorContains(t, err, "unusable "+problem)
	}
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
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{name: "refused", reply: `{"statusCode":"112330","statusMsg":"x"}`, want: provider.KindConfig},
		{name: "repeated, which no pull can be", reply: `{"statusCode":"160054"}`, want: provider.KindThrottled},
		{name: "no code", reply: `{"reports":[]}`, want: provider.KindUnavailable},
		{name: "no list", reply: `{"statusCode":"000000","reports":"none"}`, want: provider.KindUnavailable},
		{name: "HTTP error", reply: `{"statusCode":"000000"}`, status: http.StatusBadGateway, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), provider.ReportDelivery, 0)
			require.Empty(t, reports)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "ronglian: reports: ")
			require.False(t, provider.MayHaveSent(err))
		})
	}
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
	reply := provider.Report{
		Provider: "ronglian", Kind: provider.ReportReply, Phone: provider.MustParsePhone("13800000000"),
		Reply: "收到，谢谢", At: time.Date(2024, time.January, 1, 19, 5, 0, 0, time.UTC),
		Extra: map[string]string{"appendCode": "1234"},
	}
	tests := []struct {
		name, body string
		want       provider.Report
	}{
		{name: "delivery, JSON", body: wiretest.Read(t, "push-delivery.json"), want: delivered()},
		{name: "delivery, XML", body: wiretest.Read(t, "push-delivery.xml"), want: undelivered},
		{name: "reply, JSON", body: wiretest.Read(t, "push-reply.json"), want: reply},
		{name: "JSON behind a byte order mark", body: "\ufeff" + wiretest.Read(t, "push-reply.json"), want: reply},
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
			reports, err := newProvider(t, newConfig(nil)).ParseReports(push(strings.NewReader(tt.body)))
			require.NoError(t, err)
			requireReports(t, []provider.Report{tt.want}, reports)
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
		{name: "XML in a charset of its own", body: `<?xml version="1.0" encoding="GBK"?><Request/>`, names: "not the expected XML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reports, err := newProvider(t, newConfig(nil)).ParseReports(push(strings.NewReader(tt.body)))
			require.Empty(t, reports)
			require.ErrorIs(t, err, provider.KindUnavailable)
			require.ErrorContains(t, err, "ronglian: reports: unavailable: unusable push: ")
			require.ErrorContains(t, err, tt.names)
			require.NotContains(t, err.Error(), "13800000000")
		})
	}
	_, err := newProvider(t, newConfig(nil)).ParseReports(push(iotest.ErrReader(io.ErrUnexpectedEOF)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	get := push(strings.NewReader(wiretest.Read(t, "push-delivery.json")))
	get.Method = http.MethodGet
	_, err = newProvider(t, newConfig(nil)).ParseReports(get)
	require.ErrorContains(t, err, "want POST")
}

// TestReportHandler mounts the provider as a program does.
func TestReportHandler(t *testing.T) {
	t.Parallel()
	var failure error
	var got []provider.Report
	handler, err := provider.ReportHandler(newProvider(t, newConfig(nil)), func(_ context.Context, reports []provider.Report) error {
		got = append(got, reports...)
		return failure
	})
	require.NoError(t, err)
	answer := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, push(strings.NewReader(body)))
		require.Empty(t, w.Body.String())
		return w
	}
	require.Equal(t, http.StatusOK, answer(wiretest.Read(t, "push-delivery.json")).Code)
	require.Len(t, got, 1)
	require.Equal(t, http.StatusInternalServerError, answer("{}").Code)
	failure = errors.New("the database is away")
	require.Equal(t, http.StatusInternalServerError, answer(wiretest.Read(t, "push-delivery.xml")).Code)
}
