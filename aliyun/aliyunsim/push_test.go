package aliyunsim

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPushedBodies(t *testing.T) {
	t.Parallel()
	at := time.Date(2016, time.December, 31, 16, 0, 0, 0, time.UTC)
	require.Equal(t, `[{"phone_number":"13811110000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,`+
		`"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]`,
		string(PushDeliveries(Delivery{BizID: "12345", Phone: "+8613811110000", OutID: "67890", SentAt: at, At: at})))
	require.JSONEq(t, `[{"phone_number":"12025550123","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":false,`+
		`"err_code":"CARRIER:1","err_msg":"CARRIER:1","sms_size":"2","biz_id":"12345","out_id":""}]`,
		string(PushDeliveries(Delivery{BizID: "12345", Phone: "+12025550123", SentAt: at, At: at, Failed: true, Code: "CARRIER:1", Size: 2})))
	require.JSONEq(t, `[{"phone_number":"13811110000","content":"TD","send_time":"2017-01-01 00:00:00","dest_code":"12345","sequence_id":"67890","sign_name":"示例签名"}]`,
		string(PushReplies(Reply{Phone: "+8613811110000", Text: "TD", Sign: "示例签名", DestCode: "12345", SequenceID: "67890", At: at})))
	require.NotContains(t, string(PushReplies(Reply{})), "sign_name")
}

const taken = `{"code":0,"msg":"接收成功"}`

// pusherOf is either product.
type pusherOf interface {
	PushReports(ctx context.Context, client *http.Client, address string) (int, error)
}

// pushTo posts the queues to a receiver that gives these answers in turn; the last one
// stays.
func pushTo(t *testing.T, from pusherOf, answers ...string) (n int, pushes []string, err error) {
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
	n, err = from.PushReports(t.Context(), server.Client(), server.URL)
	return n, pushes, err
}

func TestPushReports(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	id := b.send(t, "OutId", "order-17").Accepted[0].ID
	b.Report(Delivery{BizID: id, Phone: "+8613800138000", At: b.clock.Now()})
	for range mostPushed {
		b.Report(Delivery{BizID: "1^0", Phone: "+8613800138000", At: b.clock.Now()})
	}
	reply := Reply{Phone: "+8613800138000", Text: "TD", At: b.clock.Now()}
	b.Receive(reply)
	n, pushes, err := pushTo(t, b, taken)
	require.NoError(t, err)
	require.Equal(t, mostPushed+2, n)
	require.Len(t, pushes, 3, "two parts of a list, and a reply")
	require.Contains(t, pushes[0], `"send_time":"2023-11-15 06:13:20"`)
	require.Contains(t, pushes[0], `"biz_id":"`+id+`","out_id":"order-17"`, "what the text has is filled in")
	require.Equal(t, "POST application/json;charset=UTF-8 "+string(PushReplies(reply)), pushes[2])

	n, pushes, err = pushTo(t, b, taken)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, pushes, "the queues are empty")

	b.Verification().Report(Delivery{BizID: "1^4", Phone: "+8613800138000", At: b.clock.Now()})
	_, pushes, _ = pushTo(t, b, taken)
	require.Empty(t, pushes, "those of the other product")
	n, _, err = pushTo(t, b.Verification(), taken)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// TestPushIsRepeated: up to four times, and then it is given up.
func TestPushIsRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answers []string
		want    string
	}{
		{answers: []string{"500", `{"code":1}`, "no JSON", taken}},
		{answers: []string{`{"code":1}`}, want: "aliyunsim: push: the receiver answers code 1"},
		{answers: []string{"500"}, want: "the receiver answers HTTP 500"},
		{answers: []string{`{}`}, want: "the receiver's answer is not"},
		{answers: []string{`{"code":"0"}`}, want: "the receiver's answer is not"},
	} {
		b := newBench(Config{})
		b.Report(Delivery{BizID: "1^0", Phone: "+8613800138000", At: b.clock.Now()})
		n, pushes, err := pushTo(t, b, tt.answers...)
		require.Len(t, pushes, 4, tt)
		if tt.want == "" {
			require.NoError(t, err)
			require.Equal(t, 1, n)
			continue
		}
		require.ErrorContains(t, err, tt.want)
		require.Zero(t, n)
	}
}

func TestPushToNobody(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for address, want := range map[string]string{"http://127.0.0.1:1": context.Canceled.Error(), ":": "missing protocol scheme"} {
		b.Receive(Reply{Phone: "+8613800138000"})
		_, err := b.PushReports(ctx, http.DefaultClient, address)
		require.ErrorContains(t, err, want)
	}
}

// TestKept: only the newest reports and texts are kept.
func TestKept(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for range keptReports + 1 {
		b.Report(Delivery{BizID: "1^0"})
		b.Receive(Reply{Text: "TD"})
	}
	n, _, err := pushTo(t, b, taken)
	require.NoError(t, err)
	require.Equal(t, 2*keptReports, n)
}
