package tencent_test

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
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// postbox mounts a handler that collects reports and what goes to the error hook.
func postbox(t *testing.T, options ...provider.ReportOption) (handler http.Handler, taken *[]provider.Report, hook *[]string) {
	t.Helper()
	taken, hook = &[]provider.Report{}, &[]string{}
	options = append(options, provider.OnReportError(func(_ context.Context, err error) { *hook = append(*hook, err.Error()) }))
	handler, err := provider.ReportHandler(newProvider(t, newConfig(nil)), func(_ context.Context, reports []provider.Report) error {
		*taken = append(*taken, reports...)
		return nil
	}, options...)
	require.NoError(t, err)
	return handler, taken, hook
}

func post(t *testing.T, handler http.Handler, method, body string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body)))
	return recorder
}

// TestX3BadRows: the good ones reach the program, and none is asked for again.
func TestX3BadRows(t *testing.T) {
	t.Parallel()
	const (
		first  = `{"mobile":"13800138000","report_status":"SUCCESS","sid":"1"}`
		second = `{"mobile":"13800138000","report_status":"FAIL","sid":2}`
	)
	for _, tc := range []struct {
		body  string
		taken []string
		hook  []string
	}{
		{`[` + first + `,{"mobile":"13900139000","report_status":"FAIL"},` + second + `]`, []string{"1", "2"}, []string{"[1]: sid: missing"}},
		{`[{"sid":""},` + first + `]`, []string{"1"}, []string{"[0]: sid: missing"}},
		{`[` + first + `,{"sid":" "}]`, []string{"1"}, []string{"[1]: sid: missing"}},
		{`[` + first + `,null,` + second + `]`, []string{"1", "2"}, []string{"[1]: not a JSON object"}},
		{
			`[1,"13900139000",true,[],{},` + second + `]`,
			[]string{"2"},
			[]string{
				"[0]: not a JSON object", "[1]: not a JSON object", "[2]: not a JSON object", "[3]: not a JSON object", "[4]: sid: missing",
			},
		},
		{`[` + first + `,{"sid":{"of":"13900139000"}}]`, []string{"1"}, []string{"[1]: not the expected JSON"}},
		{`[{"mobile":"13900139000"}]`, nil, []string{"[0]: sid: missing"}},
	} {
		handler, got, hook := postbox(t)
		reply := post(t, handler, http.MethodPost, tc.body)
		require.Equal(t, http.StatusOK, reply.Code, tc.body)
		require.JSONEq(t, taken, reply.Body.String())
		var ids []string
		for _, report := range *got {
			ids = append(ids, report.ID)
			require.Equal(t, "tencent", report.Provider)
		}
		require.Equal(t, tc.taken, ids, tc.body)
		for i, problem := range tc.hook {
			tc.hook[i] = "tencent: reports: unavailable: unusable push: " + problem
		}
		require.Equal(t, tc.hook, *hook)
	}
}

// TestX4Get: somebody opens the address in a browser.
func TestX4Get(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodOptions} {
		handler, taken, hook := postbox(t)
		reply := post(t, handler, method, `[{"sid":"1"}]`)
		require.Equal(t, http.StatusMethodNotAllowed, reply.Code)
		require.Equal(t, http.MethodPost, reply.Header().Get("Allow"))
		require.Empty(t, *taken)
		require.Empty(t, *hook)
	}
	get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(`[{"sid":"1"}]`))
	_, err := newProvider(t, newConfig(nil)).ParseReports(get)
	require.ErrorContains(t, err, "want POST")
}

// TestX2WhiteSpace pushes, and pulls, values with white space around them.
func TestX2WhiteSpace(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, time.October, 17, 0, 3, 4, 0, time.UTC) // 08:03:04 in Beijing
	phone := provider.MustParsePhone("13800138000")
	handler, taken, hook := postbox(t)
	for _, body := range []string{
		`[{"user_receive_time":" 2015-10-17 08:03:04\r\n","nationcode":" 86 ","mobile":"\t13800138000 ","report_status":" SUCCESS\n","errmsg":" DELIVRD ","sid":" 5000:1 ","ext":" order-17 "}]`,
		`[{"user_receive_time":" 1445040184 ","nationcode":"86","mobile":"13800138000","report_status":"FAIL ","errmsg":" MX:0005\u3000","sid":"5000:2"}]`,
		`{"mobile":" 13800138000 ","nationcode":" 86","text":" T\n","sign":" 示例签名 ","extend":" 07 ","time":" 1445040184"}`,
	} {
		require.Equal(t, http.StatusOK, post(t, handler, http.MethodPost, body).Code)
	}
	require.Empty(t, *hook)
	for i := range *taken {
		require.True(t, at.Equal((*taken)[i].At), "%v", (*taken)[i].At)
		(*taken)[i].At, (*taken)[i].Status.At = time.Time{}, time.Time{}
	}
	require.Equal(t, []provider.Report{
		{Provider: "tencent", Phone: phone, ID: "5000:1", Ref: "order-17", Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD"}},
		{Provider: "tencent", Phone: phone, ID: "5000:2", Status: provider.Status{State: provider.StateFailed, Kind: provider.KindSignature, Code: "MX:0005"}},
		{
			Provider: "tencent", Kind: provider.ReportReply, Phone: phone, Reply: "T",
			Extra: map[string]string{"sign": "示例签名", "extend_code": "07"},
		},
	}, *taken)

	stub := &wiretest.Stub{Reply: `{"Response":{"PullSmsSendStatusSet":[
		{"CountryCode":"86 ","SubscriberNumber":" 13800138000","PhoneNumber":"","SerialNo":" 5000:1\n","ReportStatus":"SUCCESS ","Description":" DELIVRD"}]}}`}
	reports, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), provider.ReportDelivery, 0)
	require.NoError(t, err)
	require.Equal(t, []provider.Report{
		{Provider: "tencent", Phone: phone, ID: "5000:1", Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD"}},
	}, reports)
}

// TestX1Charset pushes a reply in GBK, as its content type says.
func TestX1Charset(t *testing.T) {
	t.Parallel()
	body, err := simplifiedchinese.GBK.NewEncoder().String(`{"mobile":"13800138000","nationcode":"86","text":"收到，谢谢"}`)
	require.NoError(t, err)
	handler, taken, _ := postbox(t)
	push := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	push.Header.Set("Content-Type", "application/json; charset=GBK")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, push)
	require.Equal(t, http.StatusOK, recorder.Code)
	require.Equal(t, "收到，谢谢", (*taken)[0].Reply)
}

// TestX5Simulator has the simulator repeat a push whose answer was lost.
func TestX5Simulator(t *testing.T) {
	t.Parallel()
	store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{})
	require.NoError(t, err)
	const secret = "nobody-guesses-0123456789"
	handler, taken, hook := postbox(t, provider.RequireSecret(secret), provider.DropRepetitions(store))
	pushes := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pushes++; pushes == 1 {
			handler.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusBadGateway) // of a proxy
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	service := newService(tencentsim.Config{})
	at := time.Unix(1620734188, 0)
	service.Report(tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: at})
	service.Report(tencentsim.Delivery{Serial: "5000:2", Phone: "+8613800138000", At: at})
	count, err := service.PushReports(t.Context(), server.Client(), server.URL+"/sms/"+secret)
	require.NoError(t, err)
	require.Equal(t, 2, count)
	require.Equal(t, 2, pushes)
	require.Len(t, *taken, 2)

	service.Report(tencentsim.Delivery{Serial: "5000:3", Phone: "+8613800138000", At: at})
	count, err = service.PushReports(t.Context(), server.Client(), server.URL+"/sms")
	require.ErrorContains(t, err, "HTTP 404")
	require.Zero(t, count)
	require.Len(t, *taken, 2)
	require.Empty(t, *hook)
}

// TestR3PushedTypes pushes values of other types: those that decide nothing are left out.
func TestR3PushedTypes(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone("13800138000")
	for _, tc := range []struct {
		body string
		want provider.Report
	}{
		{
			`[{"user_receive_time":{},"nationcode":["86"],"mobile":"13800138000","report_status":"SUCCESS","errmsg":[],"description":false,"ext":{},"sid":"1"}]`,
			provider.Report{Phone: phone, ID: "1", Status: provider.Status{State: provider.StateDelivered}},
		},
		{`[{"mobile":{},"report_status":true,"sid":1}]`, provider.Report{ID: "1"}},
		{
			`{"mobile":13800138000,"text":"T","nationcode":{},"sign":[],"extend":true,"time":{}}`,
			provider.Report{Kind: provider.ReportReply, Phone: phone, Reply: "T", Extra: map[string]string{}},
		},
	} {
		handler, taken, hook := postbox(t)
		require.Equal(t, http.StatusOK, post(t, handler, http.MethodPost, tc.body).Code, tc.body)
		require.Empty(t, *hook, tc.body)
		tc.want.Provider = "tencent"
		require.Equal(t, []provider.Report{tc.want}, *taken, tc.body)
	}
}

// TestS4StatusOfReports has free text where a carrier's code should be. It is the same
// for a push and for a pull.
func TestS4StatusOfReports(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]provider.Status{
		"MX:0005":              {State: provider.StateFailed, Kind: provider.KindSignature, Code: "MX:0005"},
		"MX:9999":              {State: provider.StateFailed, Code: "MX:9999"},
		"13800138000":          {State: provider.StateFailed, Code: "***"},
		"8613800138000 is off": {State: provider.StateFailed, Text: "86*** is off"},
		"号码 138 0013 8000 是空号": {State: provider.StateFailed, Text: "号码 *** 是空号"},
	} {
		stub := &wiretest.Stub{Reply: `{"Response":{"PullSmsSendStatusSet":[{"CountryCode":"86","SubscriberNumber":"13800138000",
			"PhoneNumber":"+8613800138000","SerialNo":"1","ReportStatus":"FAIL","Description":"` + said + `"}]}}`}
		pulled, err := newProvider(t, newConfig(stub.Client())).PullReports(t.Context(), provider.ReportDelivery, 0)
		require.NoError(t, err)
		require.Equal(t, want, pulled[0].Status)

		handler, pushed, _ := postbox(t)
		post(t, handler, http.MethodPost, `[{"nationcode":"86","mobile":"13800138000","report_status":"FAIL","errmsg":"`+said+`","sid":"1"}]`)
		require.Equal(t, want, (*pushed)[0].Status)
	}
	handler, pushed, _ := postbox(t)
	post(t, handler, http.MethodPost, `[{"mobile":"13800138000","errmsg":"is off","description":"138-0013-8000 `+string(newConfig(nil).SecretKey)+`","sid":"1"}]`)
	require.Equal(t, "is off *** ***", (*pushed)[0].Status.Text)
}
