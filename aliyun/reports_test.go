package aliyun_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// push has p read a push. It returns what came of it, and what the service gets to hear.
func push(t testing.TB, p provider.Provider, body string, handle func([]provider.Report) error) (status int, answer string, problems []error) {
	t.Helper()
	handler, err := provider.ReportHandler(p,
		func(_ context.Context, reports []provider.Report) error { return handle(reports) },
		provider.RequireSecret("0123456789abcdef"), provider.OnReportError(func(_ context.Context, err error) { problems = append(problems, err) }))
	require.NoError(t, err)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/0123456789abcdef", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	handler.ServeHTTP(w, r)
	return w.Code, w.Body.String(), problems
}

const (
	taken    = `{"code":0,"msg":"接收成功"}`
	notTaken = `{"code":1,"msg":"接收失败"}`
)

func TestPush(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone("13811110000")
	delivery := func(status provider.Status) provider.Report {
		return provider.Report{Provider: "aliyun", Phone: phone, ID: "12345", Status: status, At: status.At}
	}
	for _, tt := range []struct {
		name, body string
		want       []provider.Report
	}{
		{
			name: "the document's", body: wiretest.Read(t, "push-deliveries.json"),
			want: []provider.Report{{
				Provider: "aliyun", Phone: phone, ID: "12345", Ref: "67890", At: received,
				Status: provider.Status{State: provider.StateDelivered, Code: "DELIVERED", Text: "用户接收成功", At: received},
			}},
		},
		{
			name: "replies", body: wiretest.Read(t, "push-replies.json"),
			want: []provider.Report{{
				Provider: "aliyun", Kind: provider.ReportReply, Phone: phone, Reply: "TD", At: received,
				Extra: map[string]string{"dest_code": "12345", "sequence_id": "67890", "sign": "示例签名"},
			}},
		},
		{
			name: "not filed with this carrier", body: `[{"phone_number":"13811110000","biz_id":"12345","success":false,"err_code":"PORT_NOT_REGISTERED"}]`,
			want: []provider.Report{delivery(provider.Status{State: provider.StateFailed, Kind: provider.KindSignature, Code: "PORT_NOT_REGISTERED"})},
		},
		{
			name: "a carrier's own code, text for values, number in the words",
			body: `[{"phone_number":13811110000,"biz_id":12345,"success":"false","err_code":"MK:0001","err_msg":"13811110000 空号"}]`,
			want: []provider.Report{delivery(provider.Status{State: provider.StateFailed, Code: "MK:0001", Text: "*** 空号"})},
		},
		{
			name: "handed over", body: `[{"phone_number":"13811110000","biz_id":"12345","success":false,"err_code":"REQUEST_SUCCESS"}]`,
			want: []provider.Report{delivery(provider.Status{State: provider.StateSent, Code: "REQUEST_SUCCESS"})},
		},
		{
			name: "nobody knows", body: `[{"phone_number":"13811110000","biz_id":"12345","success":false,"err_code":"SP_UNKNOWN_ERROR"}]`,
			want: []provider.Report{delivery(provider.Status{Code: "SP_UNKNOWN_ERROR"})},
		},
		{
			name: "nobody says whether", body: `[{"phone_number":"13811110000","biz_id":"12345"}]`,
			want: []provider.Report{delivery(provider.Status{})},
		},
		{
			name: "numbers abroad, and none", body: "\ufeff" + `[{"phone_number":"12025550123","biz_id":"1"},{"phone_number":"10086","biz_id":"2"}]`,
			want: []provider.Report{{Provider: "aliyun", Phone: provider.MustParsePhone("+12025550123"), ID: "1"}, {Provider: "aliyun", ID: "2"}},
		},
		{name: "empty", body: `[]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, p := range map[string]provider.Provider{
				"aliyun":              wiretest.Build(t, aliyun.New, newConfig(nil)),
				"aliyun-verification": wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(nil)),
			} {
				var got []provider.Report
				status, answer, problems := push(t, p, tt.body, func(reports []provider.Report) error {
					got = reports
					return nil
				})
				require.Empty(t, problems)
				require.Equal(t, http.StatusOK, status)
				require.Equal(t, taken, answer)
				require.Len(t, got, len(tt.want))
				for i, report := range got {
					want := tt.want[i]
					require.True(t, want.At.Equal(report.At), "%v", report.At)
					want.Provider, want.At, want.Status.At = name, report.At, report.Status.At
					require.Equal(t, want, report)
				}
			}
		})
	}
}

// TestHalfAPush: a report that cannot be read does not spoil the others.
func TestHalfAPush(t *testing.T) {
	t.Parallel()
	p := wiretest.Build(t, aliyun.New, newConfig(nil))
	var got []provider.Report
	status, answer, problems := push(t, p, `[{"biz_id":"1"},7,{"phone_number":"13811110000"},{"biz_id":{"secret":"0123456789abcdef"}},{"biz_id":"2"}]`,
		func(reports []provider.Report) error {
			got = reports
			return nil
		})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, taken, answer)
	require.Len(t, got, 2)
	require.Len(t, problems, 3)
	wiretest.Named(t, errors.Join(problems...), "[1]: ", "[2]: biz_id: ", "[3]: ")
	wiretest.Hidden(t, errors.Join(problems...).Error(), "0123456789abcdef", "13811110000")
}

func TestPushThatIsNotTaken(t *testing.T) {
	t.Parallel()
	p := wiretest.Build(t, aliyun.New, newConfig(nil))
	for name, body := range map[string]string{
		"empty": ``, "no JSON": `<xml/>`, "null": `null`, "an object": `{"biz_id":"1"}`, "cut off": `[{"biz_id":"1"}`,
	} {
		status, answer, problems := push(t, p, body, func([]provider.Report) error { return errors.New("handed on") })
		require.Equal(t, http.StatusInternalServerError, status, name)
		require.Equal(t, notTaken, answer, name)
		require.Len(t, problems, 1, name)
	}
	status, answer, _ := push(t, p, `[{"biz_id":"1"}]`, func([]provider.Report) error { return errors.New("not now") })
	require.Equal(t, http.StatusInternalServerError, status)
	require.Equal(t, notTaken, answer)
}

func FuzzPush(f *testing.F) {
	for _, name := range []string{"push-deliveries.json", "push-replies.json"} {
		f.Add(wiretest.Read(f, name))
	}
	f.Add(`[{"biz_id":1e999,"success":null},null,[],{"content":""}]`)
	p := wiretest.Build(f, aliyun.New, newConfig(nil))
	f.Fuzz(func(t *testing.T, body string) {
		status, answer, problems := push(t, p, body, func([]provider.Report) error { return nil })
		switch status {
		case http.StatusOK:
			require.Equal(t, taken, answer)
		default:
			require.Equal(t, notTaken, answer)
			require.NotEmpty(t, problems)
		}
	})
}
