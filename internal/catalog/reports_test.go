package catalog_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// answer is an answer to a push.
type answer struct {
	status      int
	contentType string
	body        string
}

// pushes is one service that pushes reports: what it posts, and what it wants to
// hear.
type pushes struct {
	adapter          string
	new              func(t *testing.T) provider.Provider
	bodies           map[string][]byte
	accepted, failed answer
}

var templates = provider.Templates{"login": {ID: "1", Params: []string{provider.ParamCode}}}

// Aliyun's two products push the same (help pages SmsReport, SmsUp and
// DypnsSmsVerifyReport).
const (
	aliyunDelivery = `[{"phone_number":"13800138000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:01",` +
		`"success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]`
	aliyunReply = `[{"phone_number":"13800138000","content":"T","send_time":"2017-01-01 00:00:00","dest_code":"123","sequence_id":"1234567890"}]`
)

var (
	aliyunAccepts = answer{http.StatusOK, "application/json; charset=utf-8", `{"code":0,"msg":"接收成功"}`}
	aliyunFails   = answer{http.StatusInternalServerError, "application/json; charset=utf-8", `{"code":1,"msg":"接收失败"}`}
)

func everyPush(t *testing.T) []pushes {
	t.Helper()
	return []pushes{
		{
			adapter: "aliyun",
			new: func(t *testing.T) provider.Provider {
				t.Helper()
				p, err := aliyun.New(aliyun.Config{AccessKeyID: "id", AccessKeySecret: "key", Sign: "签", Templates: byCode})
				require.NoError(t, err)
				return p
			},
			bodies:   map[string][]byte{"delivery": []byte(aliyunDelivery), "reply": []byte(aliyunReply)},
			accepted: aliyunAccepts, failed: aliyunFails,
		},
		{
			adapter: "aliyun-verification",
			new: func(t *testing.T) provider.Provider {
				t.Helper()
				p, err := aliyun.NewVerification(aliyun.VerificationConfig{AccessKeyID: "id", AccessKeySecret: "key", Sign: "签", Templates: templates})
				require.NoError(t, err)
				return p
			},
			bodies:   map[string][]byte{"delivery": []byte(aliyunDelivery)},
			accepted: aliyunAccepts, failed: aliyunFails,
		},
		{
			adapter: "ronglian",
			new: func(t *testing.T) provider.Provider {
				t.Helper()
				p, err := ronglian.New(ronglian.Config{AccountSID: "sid", AuthToken: "token", AppID: "app", Templates: templates})
				require.NoError(t, err)
				return p
			},
			bodies: map[string][]byte{
				"delivery, JSON": read(t, "../../ronglian/testdata/push-delivery.json"),
				"delivery, XML":  read(t, "../../ronglian/testdata/push-delivery.xml"),
				"reply":          read(t, "../../ronglian/testdata/push-reply.json"),
			},
			accepted: answer{status: http.StatusOK},
			failed:   answer{status: http.StatusInternalServerError},
		},
		{
			adapter: "tencent",
			new: func(t *testing.T) provider.Provider {
				t.Helper()
				p, err := tencent.New(tencent.Config{SecretID: "id", SecretKey: "key", AppID: "1400000000", Templates: templates})
				require.NoError(t, err)
				return p
			},
			bodies: map[string][]byte{
				"delivery": tencentsim.PushDeliveries(tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: time.Unix(1620734188, 0)}),
				"reply":    tencentsim.PushReply(tencentsim.Reply{Phone: "+8613800138000", Text: "T", At: time.Unix(1620734188, 0)}),
			},
			accepted: answer{http.StatusOK, "application/json; charset=utf-8", `{"result":0,"errmsg":"OK"}`},
			failed:   answer{http.StatusInternalServerError, "application/json; charset=utf-8", `{"result":1,"errmsg":"error"}`},
		},
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// TestEveryPushIsTested: an adapter that takes pushes mounts them in its own
// tests, or stands in the table above.
func TestEveryPushIsTested(t *testing.T) {
	t.Parallel()
	inTable := map[string]bool{}
	for _, p := range everyPush(t) {
		inTable[p.adapter] = true
	}
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		if !a.Abilities().PushedReports {
			require.False(t, inTable[a.Name], "it takes no pushes")
			return
		}
		require.True(t, inTable[a.Name] || mountsItsPushes(t, a.Folder()), "a test that mounts provider.ReportHandler")
	})
}

func mountsItsPushes(t *testing.T, folder string) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	return slices.ContainsFunc(names, func(name string) bool {
		return bytes.Contains(read(t, name), []byte("provider.ReportHandler("))
	})
}

// TestReportHandler mounts a handler for each service that pushes reports, posts
// what the service posts, and looks at the acknowledgement.
func TestReportHandler(t *testing.T) {
	t.Parallel()
	for _, p := range everyPush(t) {
		t.Run(p.adapter, func(t *testing.T) {
			t.Parallel()
			for name, body := range p.bodies {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					var taken []provider.Report
					got := push(t, p.new(t), body, func(_ context.Context, reports []provider.Report) error {
						taken = reports
						return nil
					})
					require.Equal(t, p.accepted, got)
					require.Len(t, taken, 1)
					require.Equal(t, p.adapter, taken[0].Provider)
					require.False(t, taken[0].Phone.IsZero())
				})
			}
			t.Run("nobody could take it", func(t *testing.T) {
				t.Parallel()
				for _, body := range p.bodies {
					got := push(t, p.new(t), body, func(context.Context, []provider.Report) error { return errors.New("disk full") })
					require.Equal(t, p.failed, got)
				}
			})
			t.Run("no report", func(t *testing.T) {
				t.Parallel()
				got := push(t, p.new(t), []byte("<html>"), func(context.Context, []provider.Report) error {
					t.Error("there is nothing to handle")
					return nil
				})
				require.Equal(t, p.failed, got)
			})
		})
	}
}

// TestReportHandlerOfAll mounts one handler for all services that push reports: each
// posts to the end of the path that has its name, and is answered as it wants.
func TestReportHandlerOfAll(t *testing.T) {
	t.Parallel()
	const secret = "a-path-nobody-guesses"
	var (
		all   everybody
		taken []provider.Report
	)
	for _, p := range everyPush(t) {
		all = append(all, p.new(t))
	}
	handler, err := provider.ReportHandler(all, func(_ context.Context, reports []provider.Report) error {
		taken = append(taken, reports...)
		return nil
	}, provider.RequireSecret(secret))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for _, p := range everyPush(t) {
		for name, body := range p.bodies {
			taken = nil
			require.Equal(t, p.accepted, post(t, server, "/reports/"+secret+"/"+p.adapter, body), name)
			require.Len(t, taken, 1)
			require.Equal(t, p.adapter, taken[0].Provider)
			require.Equal(t, http.StatusNotFound, post(t, server, "/reports/"+p.adapter, body).status)
			require.Equal(t, http.StatusNotFound, post(t, server, "/reports/"+secret, body).status)
			require.Len(t, taken, 1)
		}
		require.Equal(t, p.failed, post(t, server, "/reports/"+secret+"/"+p.adapter, []byte("<html>")))
	}
}

// everybody is a group of providers.
type everybody []provider.Provider

func (everybody) Name() string { return "everybody" }

func (everybody) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, errors.New("not used here")
}

func (e everybody) Providers() []provider.Provider { return e }

// push mounts the provider's handler on a loopback port and posts body to it.
func push(t *testing.T, p provider.Provider, body []byte, handle func(context.Context, []provider.Report) error) answer {
	t.Helper()
	handler, err := provider.ReportHandler(p, handle)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/reports/a-path-nobody-guesses", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return post(t, server, "/reports/a-path-nobody-guesses", body)
}

func post(t *testing.T, server *httptest.Server, path string, body []byte) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, bytes.NewReader(body))
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answered, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header.Get("Content-Type"), string(answered)}
}
