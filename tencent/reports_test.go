package tencent_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

func TestPullReports(t *testing.T) {
	t.Parallel()
	at := time.Unix(1620734188, 0)
	phone := provider.MustParsePhone("13800138000")
	tests := []struct {
		name, reply, golden string
		kind                provider.ReportKind
		limit               int
		want                []provider.Report
	}{
		{
			name: "delivery reports", kind: provider.ReportDelivery, reply: "reply-deliveries.json", golden: "request-pull-deliveries.http",
			want: []provider.Report{
				{
					Provider: "tencent", Phone: phone, ID: "5000:1045710669157053657849499619", Ref: "order-17", At: at,
					Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD", At: at},
				},
				{
					Provider: "tencent", Phone: phone, ID: "5000:2", At: at,
					Status: provider.Status{State: provider.StateFailed, Code: "UNDELIV", At: at},
				},
				{Provider: "tencent", ID: "5000:3", Status: provider.Status{Code: "?"}},
			},
		},
		{
			name: "replies", kind: provider.ReportReply, limit: 7, reply: "reply-replies.json", golden: "request-pull-replies.http",
			want: []provider.Report{
				{
					Provider: "tencent", Kind: provider.ReportReply, Phone: phone, Reply: "T", At: at,
					Extra: map[string]string{"sign": "示例签名", "extend_code": "07"},
				},
				{
					Provider: "tencent", Kind: provider.ReportReply, Phone: provider.MustParsePhone("+12025550123"),
					Reply: "STOP", Extra: map[string]string{},
				},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &wiretest.Stub{Reply: wiretest.Read(t, tt.reply)}
				reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), tt.kind, tt.limit)
				require.NoError(t, err)
				require.Equal(t, tt.want, reports)
				wiretest.Golden(t, tt.golden, stub.Only(t))
			})
		})
	}
}

// TestPulledNumbers has numbers whose parts tell the country, and their wholes
// do not.
func TestPulledNumbers(t *testing.T) {
	t.Parallel()
	const row = `{"CountryCode":"1","SubscriberNumber":"3105550123","PhoneNumber":"13105550123","SerialNo":"1"}`
	for kind, set := range map[provider.ReportKind]string{
		provider.ReportDelivery: "PullSmsSendStatusSet", provider.ReportReply: "PullSmsReplyStatusSet",
	} {
		for reply, want := range map[string]provider.Phone{
			row: provider.MustParsePhone("+13105550123"),
			`{"PhoneNumber":"8613800138000","SerialNo":"1"}`:                                       provider.MustParsePhone("13800138000"),
			`{"CountryCode":"1","SubscriberNumber":"","PhoneNumber":"13105550123","SerialNo":"1"}`: {},
		} {
			stub := &wiretest.Stub{Reply: `{"Response":{"` + set + `":[` + reply + `]}}`}
			reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), kind, 0)
			require.NoError(t, err)
			require.Len(t, reports, 1)
			require.Equal(t, want.E164(), reports[0].Phone.E164(), "%s %s", kind, reply)
		}
	}
}

func TestPullReportsFails(t *testing.T) {
	t.Parallel()
	for _, kind := range []provider.ReportKind{provider.ReportDelivery, provider.ReportReply} {
		for reply, want := range map[string]error{
			`{"Response":{"Error":{"Code":"RequestLimitExceeded.UinLimitExceeded","Message":"x"}}}`: provider.KindThrottled,
			`{}`: provider.KindUnavailable, `{"Response":[]}`: provider.KindUnavailable,
		} {
			reports, err := newProvider(t, newConfig((&wiretest.Stub{Reply: reply}).Client())).PullReports(t.Context(), kind, 0)
			require.ErrorIs(t, err, want)
			require.ErrorContains(t, err, "tencent: reports: ")
			require.Nil(t, reports)
		}
	}
	stub := &wiretest.Stub{}
	p := newProvider(t, newConfig(stub.Client()))
	_, err := p.PullReports(t.Context(), provider.ReportDelivery, -1)
	require.ErrorContains(t, err, "limit: must not be negative")
	_, err = p.PullReports(t.Context(), provider.ReportKind(7), 0)
	require.ErrorContains(t, err, "kind: no such kind: 7")
	require.Empty(t, stub.Requests())
}

// TestQueue empties the service's queue: 150 reports are two pulls and an empty
// one.
func TestQueue(t *testing.T) {
	t.Parallel()
	service := newService(tencentsim.Config{})
	p, _ := start(t, service)
	for range 150 {
		service.Report(tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: time.Now()})
	}
	for _, want := range []int{100, 50, 0} {
		reports, err := provider.PullReports(t.Context(), p, provider.ReportDelivery, 1000)
		require.NoError(t, err)
		require.Len(t, reports, want)
	}
}

// mount puts a handler for pushes on a loopback port. What it takes goes through
// take.
func mount(t *testing.T, take func([]provider.Report) error) string {
	t.Helper()
	handler, err := provider.ReportHandler(newProvider(t, newConfig(nil)),
		func(_ context.Context, reports []provider.Report) error { return take(reports) })
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func push(t *testing.T, url, method string, body []byte) (status int, reply string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "application/json; charset=utf-8", response.Header.Get("Content-Type"))
	return response.StatusCode, string(content)
}

const (
	taken  = `{"result":0,"errmsg":"OK"}`
	failed = `{"result":1,"errmsg":"error"}`
)

func TestPush(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, time.October, 17, 0, 3, 4, 0, time.UTC) // 08:03:04 in Beijing
	phone := provider.MustParsePhone("13800138000")
	tests := []struct {
		name string
		body []byte
		want []provider.Report
	}{
		{
			name: "delivery reports of the simulator",
			body: tencentsim.PushDeliveries(
				tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: at, Session: "order-17"},
				tencentsim.Delivery{Serial: "5000:2", Phone: "+12025550123", At: at, Failed: true, Code: "MK:0001"}),
			want: []provider.Report{
				{
					Provider: "tencent", Phone: phone, ID: "5000:1", Ref: "order-17", At: at,
					Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD", Text: "用户短信送达成功", At: at},
				},
				{
					Provider: "tencent", Phone: provider.MustParsePhone("+12025550123"), ID: "5000:2", At: at,
					Status: provider.Status{State: provider.StateFailed, Code: "MK:0001", Text: "用户短信送达失败", At: at},
				},
			},
		},
		{
			name: "reply of the simulator",
			body: tencentsim.PushReply(tencentsim.Reply{Phone: "+8613800138000", Text: "T", Sign: "示例签名", ExtendCode: "07", At: at}),
			want: []provider.Report{{
				Provider: "tencent", Kind: provider.ReportReply, Phone: phone, Reply: "T", At: at,
				Extra: map[string]string{"sign": "示例签名", "extend_code": "07"},
			}},
		},
		{
			name: "numbers for strings, strings for numbers, no country", body: []byte("\xef\xbb\xbf " +
				`[{"user_receive_time":1445040184,"mobile":13800138000,"report_status":"SUCCESS","sid":5000}]`),
			want: []provider.Report{{
				Provider: "tencent", Phone: phone, ID: "5000", At: at, Status: provider.Status{State: provider.StateDelivered, At: at},
			}},
		},
		{
			name: "code and words as numbers, number in the words", body: []byte(
				`[{"nationcode":"+86","mobile":"13800138000","report_status":"FAIL","errmsg":77,"description":"空号 13800138000","sid":"1"}]`),
			want: []provider.Report{{
				Provider: "tencent", Phone: phone, ID: "1",
				Status: provider.Status{State: provider.StateFailed, Code: "77", Text: "空号 ***"},
			}},
		},
		{name: "empty", body: []byte(`[]`)},
		{
			name: "a signature that is not filed, and one that the phone took all the same", body: []byte(
				`[{"report_status":"FAIL","errmsg":"MX:0005","sid":"1"},{"report_status":"SUCCESS","errmsg":"MX:0005","sid":"2"}]`),
			want: []provider.Report{
				{Provider: "tencent", ID: "1", Status: provider.Status{State: provider.StateFailed, Kind: provider.KindSignature, Code: "MX:0005"}},
				{Provider: "tencent", ID: "2", Status: provider.Status{State: provider.StateDelivered, Code: "MX:0005"}},
			},
		},
		{
			name: "number with its country code", body: []byte(`[{"nationcode":"86","mobile":"+8613800138000","sid":"1"}]`),
			want: []provider.Report{{Provider: "tencent", Phone: phone, ID: "1"}},
		},
		{
			name: "number of another country than it says", body: []byte(`[{"nationcode":"86","mobile":"+12025550123","sid":"1"}]`),
			want: []provider.Report{{Provider: "tencent", ID: "1"}},
		},
		{
			name: "reply that is a number", body: []byte(`{"mobile":"13800138000","text":1}`),
			want: []provider.Report{{Provider: "tencent", Kind: provider.ReportReply, Phone: phone, Reply: "1", Extra: map[string]string{}}},
		},
		{
			name: "time as a string, number that is none",
			body: []byte(`{"mobile":"10086","nationcode":"86","text":"","time":"1445040184"}`),
			want: []provider.Report{{Provider: "tencent", Kind: provider.ReportReply, At: at, Extra: map[string]string{}}},
		},
		{
			name: "time that is none", body: []byte(`[{"sid":"1","user_receive_time":"yesterday"}]`),
			want: []provider.Report{{Provider: "tencent", ID: "1"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []provider.Report
			url := mount(t, func(reports []provider.Report) error {
				got = reports
				return nil
			})
			status, reply := push(t, url, http.MethodPost, tt.body)
			require.Equal(t, http.StatusOK, status)
			require.JSONEq(t, taken, reply)
			require.Len(t, got, len(tt.want))
			for i, report := range got {
				require.True(t, tt.want[i].At.Equal(report.At), "%v", report.At)
				report.At, report.Status.At = tt.want[i].At, tt.want[i].Status.At
				require.Equal(t, tt.want[i], report)
			}
		})
	}
}

// TestPushesOfTheService has the simulator push what it has, of which the
// receiver takes the first only when it comes again.
func TestPushesOfTheService(t *testing.T) {
	t.Parallel()
	service := newService(tencentsim.Config{})
	at := time.Unix(1620734188, 0)
	service.Report(tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: at})
	service.Receive(tencentsim.Reply{Phone: "+12025550123", Text: "STOP", At: at})
	var got []provider.Report
	pushes := 0
	url := mount(t, func(reports []provider.Report) error {
		if pushes++; pushes == 1 {
			return errors.New("not now")
		}
		got = append(got, reports...)
		return nil
	})
	taken, err := service.PushReports(t.Context(), &http.Client{}, url)
	require.NoError(t, err)
	require.Equal(t, 2, taken)
	require.Equal(t, 3, pushes)
	require.Len(t, got, 2)
	require.Equal(t, "5000:1", got[0].ID)
	require.Equal(t, "STOP", got[1].Reply)
	require.Equal(t, "+12025550123", got[1].Phone.E164())
}

func TestBadPush(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, method, body string }{
		{name: "empty", method: http.MethodPost},
		{name: "not JSON", method: http.MethodPost, body: `<xml/>`},
		{name: "null", method: http.MethodPost, body: `null`},
		{name: "an object that is no reply", method: http.MethodPost, body: `{"mobile":"13800138000"}`},
		{name: "truncated", method: http.MethodPost, body: `[{"sid":"1"}`},
		{name: "too large", method: http.MethodPost, body: `[` + strings.Repeat(" ", 2<<20) + `]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := mount(t, func([]provider.Report) error {
				t.Error("a bad push was handed on")
				return nil
			})
			status, reply := push(t, url, tt.method, []byte(tt.body))
			require.Equal(t, http.StatusInternalServerError, status)
			require.JSONEq(t, failed, reply)
		})
	}
}
