package aliyunsim

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// details asks what became of texts.
func (b bench) details(t *testing.T, host string, pairs ...string) sim.Exchange {
	t.Helper()
	return b.v3(t, ask{action: "QuerySendDetails", host: host, fields: queryOf(pairs...), inBody: true})
}

// TestDetails: the answers of both products, before a report and after it.
func TestDetails(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	id := membersOf(t, b.send(t, "OutId", "order-17"))["BizId"].(string)
	requireDetails := func(e sim.Exchange, want string) {
		t.Helper()
		requireCode(t, e, "OK", "")
		m := membersOf(t, e)
		delete(m, "RequestId")
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text))
	}
	const of = `"PhoneNum":"13800138000","Content":"【示例签名】1234","TemplateCode":"SMS_154950909","SendDate":"2023-11-15 06:13:20","OutId":"order-17"`
	requireDetails(b.details(t, ""), `{"Code":"OK","Message":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{`+of+`,"SendStatus":1}]}}`)
	b.Report(Delivery{BizID: id, Phone: "+8613800138000", At: b.clock.Now().Add(3 * time.Second)})
	requireDetails(b.details(t, smsHost, "BizId", id), `{"Code":"OK","Message":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{`+of+
		`,"ReceiveDate":"2023-11-15 06:13:23","ErrCode":"DELIVERED","SendStatus":3}]}}`)
	requireDetails(b.details(t, codeHost), `{"Code":"OK","Message":"成功","Success":true,"TotalCount":0,"Model":[]}`)

	model := membersOf(t, b.sendCode(t, "TemplateParam", `{"code":"042137","min":"5"}`))["Model"].(map[string]any)
	b.Verification().Report(Delivery{BizID: model["BizId"].(string), Phone: "+8613800138000", At: b.clock.Now(), Failed: true})
	requireDetails(b.details(t, "", "BizId", model["BizId"].(string)), `{"Code":"OK","Message":"成功","Success":true,"TotalCount":1,"Model":[{"PhoneNum":"13800138000",`+
		`"Content":"【速通互联验证码】042137 5","TemplateCode":"100001","SendDate":"2023-11-15 06:13:20","ReceiveDate":"2023-11-15 06:13:20",`+
		`"OutId":"","SendStatus":2,"ErrCode":"MOBILE_NOT_ON_SERVICE"}]}`)
	requireCode(t, b.details(t, codeHost, "PageSize", "51"), "isv.INVALID_PARAMETERS", "PageSize: want 1 to 50")
}

// TestPages: pages of texts, newest first, of one number and one day.
func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for i := range 5 {
		b.send(t, "OutId", strconv.Itoa(i))
	}
	b.send(t, "PhoneNumbers", "12025550123")
	list := func(pairs ...string) (ids []string, total string) {
		m := membersOf(t, b.details(t, "", pairs...))
		for _, row := range m["SmsSendDetailDTOs"].(map[string]any)["SmsSendDetailDTO"].([]any) {
			ids = append(ids, row.(map[string]any)["OutId"].(string))
		}
		return ids, m["TotalCount"].(string)
	}
	for page, want := range map[string][]string{"1": {"4", "3"}, "2": {"2", "1"}, "3": {"0"}, "4": nil} {
		ids, total := list("PageSize", "2", "CurrentPage", page)
		require.Equal(t, want, ids, page)
		require.Equal(t, "5", total)
	}
	_, total := list("PhoneNumber", "12025550123")
	require.Equal(t, "1", total)
	require.Contains(t, string(b.details(t, "", "PhoneNumber", "12025550123").Reply), `"PhoneNum":"12025550123"`)
	_, total = list("SendDate", "20231114")
	require.Equal(t, "0", total, "another day in Beijing")
	b.clock.Advance(31 * 24 * time.Hour)
	requireCode(t, b.details(t, ""), "isv.INVALID_PARAMETERS", "SendDate: more than 30 days ago")
}

// TestDeliver reports at once, and tells what does not arrive.
func TestDeliver(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Deliver: true, Blocked: []string{"+8613900139000"}, Signs: map[string]Sign{
		signName: {Filing: Filing{Unicom: BeingFiled, Telecom: FilingLapsed}}, "另一签名": {Filing: Filing{Mobile: FilingProven, Unicom: FilingFailed, Telecom: NotFiled}},
	}})
	for _, tt := range []struct{ sign, number, code string }{
		{signName, "13800138000", "DELIVERED"},
		{signName, "13000130000", "PORT_NOT_REGISTERED"},
		{signName, "13300133000", "PORT_NOT_REGISTERED"},
		{signName, "13490134900", "PORT_NOT_REGISTERED"}, // 1349 is telecom's
		{signName, "13480134800", "DELIVERED"},
		{signName, "17000170000", "PORT_NOT_REGISTERED"},
		{signName, "17030170300", "DELIVERED"},
		{signName, "17090170900", "PORT_NOT_REGISTERED"},
		{signName, "12025550123", "DELIVERED"},
		{"另一签名", "13800138000", "DELIVERED"},
		{"另一签名", "13000130000", "PORT_NOT_REGISTERED"},
		{"另一签名", "13300133000", "PORT_NOT_REGISTERED"},
	} {
		e := b.send(t, "SignName", tt.sign, "PhoneNumbers", tt.number)
		requireCode(t, e, "OK", "")
		require.Contains(t, string(b.details(t, "", "PhoneNumber", tt.number, "BizId", e.Accepted[0].ID).Reply), `"ErrCode":"`+tt.code+`"`, tt.number)
	}
	for number, code := range map[string]string{"13000130000": "DELIVERED", "13900139000": "MOBILE_IN_BLACK"} {
		requireCode(t, b.sendCode(t, "PhoneNumber", number), "OK", "")
		require.Contains(t, string(b.details(t, codeHost, "PhoneNumber", number).Reply), `"ErrCode":"`+code+`"`, "the given signatures are filed")
	}
}

// TestPrefixes: every prefix belongs to one carrier.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	n := 0
	for _, list := range prefixes {
		n += len(strings.Fields(list))
	}
	require.Len(t, carriers, n)
	require.Empty(t, carrierOf("+8616800168000"))
	require.Empty(t, carrierOf("+861"))
}

func TestSignState(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Signs: map[string]Sign{
		"甲": {}, "乙": {State: SignInReview, Filing: Filing{Mobile: NotFiled, Unicom: NotFiled, Telecom: NotFiled}},
		"丙": {State: SignWithdrawn, Filing: Filing{Unicom: FilingFailed}}, "丁": {Filing: Filing{Mobile: FilingProven, Telecom: FilingLapsed}},
	}})
	state := func(name string) sim.Exchange {
		return b.do(t, ask{action: "GetSmsSign", fields: url.Values{"SignName": {name}}}.v1(t, b))
	}
	for name, want := range map[string]struct{ status, result, mobile, telecom, unicom int }{
		"甲": {1, 1, 1, 1, 1}, "乙": {0, -1, -2, -2, -2}, "丙": {10, 0, 1, 1, 0}, "丁": {1, 2, 3, 2, 1},
	} {
		m := membersOf(t, state(name))
		require.Equal(t, name, m["SignName"])
		require.Equal(t, "2", m["SignTag"])
		require.EqualValues(t, want.status, m["SignStatus"], name)
		require.EqualValues(t, want.result, m["RegisterResult"], name)
		require.Equal(t, []any{
			map[string]any{"OperatorCode": "mobile", "RegisterStatus": float64(want.mobile)},
			map[string]any{"OperatorCode": "telecom", "RegisterStatus": float64(want.telecom)},
			map[string]any{"OperatorCode": "unicom", "RegisterStatus": float64(want.unicom)},
		}, m["SignIspRegisterDetailList"], name)
	}
	requireCode(t, state("戊"), "isv.SMS_SIGNATURE_ILLEGAL", "SignName: no such")
	b = newBench(Config{})
	requireCode(t, state("戊"), "OK", "")
}

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
