package provider_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

const someCode = "042137"

var someMessage = provider.Message{
	To: provider.MustParsePhone(someNumber), Template: "login", Ref: "order-7", Attempt: 2, Captcha: "captcha-0013",
	Params: provider.Params{provider.ParamCode: someCode, "name": "张三"},
}

// jsonLines are the lines that loggers in JSON mode write for a value: zap encodes
// it with an encoder that leaves HTML alone, logrus as a value of a map, slog with
// its own handler, alone and in a group.
func jsonLines(t *testing.T, value any) map[string]string {
	t.Helper()
	plain, err := json.Marshal(value)
	require.NoError(t, err)
	indented, err := json.MarshalIndent(value, "", "  ")
	require.NoError(t, err)
	var likeZap, likeLogrus, slogLine bytes.Buffer
	encoder := json.NewEncoder(&likeZap)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(value))
	require.NoError(t, json.NewEncoder(&likeLogrus).Encode(map[string]any{"msg": "sent", "value": value}))
	slog.New(slog.NewJSONHandler(&slogLine, nil)).With("first", value).
		InfoContext(t.Context(), "sent", "value", value, slog.Group("sms", "value", value))
	return map[string]string{
		"json.Marshal": string(plain), "json.MarshalIndent": string(indented),
		"zap": likeZap.String(), "logrus": likeLogrus.String(), "slog": slogLine.String(),
	}
}

// requireMasked checks that no line shows the number, the code or another value.
func requireMasked(t *testing.T, value any) {
	t.Helper()
	for logger, line := range jsonLines(t, value) {
		require.True(t, json.Valid([]byte(line)), logger)
		for _, secret := range []string{someNumber, "00138000", "138001380", someCode, "张三", "captcha-0013"} {
			require.NotContains(t, line, secret, "%s of %T", logger, value)
		}
	}
}

func TestP7MessageIsMaskedInJSON(t *testing.T) {
	t.Parallel()
	requireMasked(t, someMessage)
	data, err := json.Marshal(someMessage)
	require.NoError(t, err)
	require.JSONEq(t, `{"To":"138****8000","Template":"login","Params":{"code":"***","name":"***"},
		"Ref":"order-7","Attempt":2,"Captcha":"***"}`, string(data))

	data, err = json.Marshal(provider.Message{})
	require.NoError(t, err)
	require.JSONEq(t, `{"To":"","Template":"","Params":null,"Ref":"","Attempt":0,"Captcha":""}`, string(data))
}

// TestS1 logs what holds a number or a code in the way in which users hold it.
func TestS1JSONOfWhatHoldsANumberIsMasked(t *testing.T) {
	t.Parallel()
	phone := someMessage.To
	report := provider.Report{Provider: "tencent", Kind: provider.ReportReply, Phone: phone, Reply: "my code is " + someCode}
	result := provider.BatchResult{To: phone, Receipt: provider.Receipt{Provider: "ihuyi", ID: "77", To: phone}}
	type request struct {
		Phone   provider.Phone
		Phones  []*provider.Phone
		Message *provider.Message `json:"message"`
		Any     any
	}
	for _, value := range []any{
		phone, &phone, []provider.Phone{phone}, [1]provider.Phone{phone}, []*provider.Phone{&phone},
		map[provider.Phone]int{phone: 1}, map[string]provider.Phone{"to": phone}, map[string]any{"to": []any{phone}},
		struct{ provider.Phone }{phone}, exportedHolder{phone}, unexportedHolder{to: phone},
		&someMessage, []provider.Message{someMessage}, []*provider.Message{&someMessage}, map[string]provider.Message{"m": someMessage},
		struct{ provider.Message }{someMessage},
		request{phone, []*provider.Phone{&phone}, &someMessage, someMessage}, []request{{Any: []provider.Message{someMessage}}},
		someMessage.Params, []provider.Params{someMessage.Params}, struct{ P provider.Params }{someMessage.Params},
		report, &report, []provider.Report{report}, []*provider.Report{&report}, map[provider.Phone]provider.Report{phone: report},
		result, &result, []provider.BatchResult{result, {To: phone, Err: provider.KindBalance}},
		&provider.Error{Op: provider.OpSend, Kind: provider.KindRecipient},
	} {
		t.Run(fmt.Sprintf("%T", value), func(t *testing.T) {
			t.Parallel()
			requireMasked(t, value)
			written, err := xml.Marshal(exportedHolder{phone})
			require.NoError(t, err)
			require.NotContains(t, string(written), someNumber)
		})
	}
}

func TestS1MaskedJSONStillTells(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 11, 21, 9, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		value any
		json  string
	}{
		{[]provider.Phone{someMessage.To, {}, provider.MustParsePhone("+1 202 555 0123")}, `["138****8000","","+1 202***0123"]`},
		{map[provider.Phone]int{someMessage.To: 3}, `{"138****8000":3}`},
		{
			provider.Report{Provider: "tencent", Phone: someMessage.To, ID: "77", Kind: provider.ReportReply, Reply: "T<D", At: at},
			`{"Provider":"tencent","Kind":1,"Phone":"138****8000","ID":"77","Ref":"","Status":{"State":0,"Code":"","Text":"",
			  "At":"0001-01-01T00:00:00Z"},"Reply":"***","At":"2025-11-21T09:30:00Z","Extra":null}`,
		},
		{
			provider.BatchResult{To: someMessage.To, Receipt: provider.Receipt{Provider: "ihuyi", ID: "77", To: someMessage.To, At: at}},
			`{"To":"138****8000","Receipt":{"provider":"ihuyi","id":"77","to":"138****8000","code":"caller","at":"2025-11-21T09:30:00Z"}}`,
		},
		{
			provider.BatchResult{To: someMessage.To, Err: &provider.Error{Op: provider.OpSend, Kind: provider.KindBalance}},
			`{"To":"138****8000","Err":"send: balance"}`,
		},
	} {
		data, err := json.Marshal(tc.value)
		require.NoError(t, err)
		require.JSONEq(t, tc.json, string(data))
	}
}

// What was masked is an error when it is read, not another number or code.
func TestS1MaskedJSONCannotBeReadBack(t *testing.T) {
	t.Parallel()
	for _, number := range []string{someNumber, "+12025550123", "+85251234567", "+2901234", "+123456789012345"} {
		phone := provider.MustParsePhone(number)
		for _, tc := range []struct{ value, back any }{
			{phone, new(provider.Phone)},
			{phone, new(provider.StoredPhone)},
			{[]provider.Phone{phone}, new([]provider.Phone)},
			{map[provider.Phone]int{phone: 1}, new(map[provider.Phone]int)},
			{provider.Message{To: phone, Template: "login"}, new(provider.Message)},
			{provider.Report{Phone: phone}, new(provider.Report)},
			{provider.Report{Phone: phone}, new(provider.StoredReport)},
			{provider.BatchResult{To: phone}, new(provider.BatchResult)},
		} {
			data, err := json.Marshal(tc.value)
			require.NoError(t, err)
			err = json.Unmarshal(data, tc.back)
			require.ErrorIs(t, err, provider.KindRecipient, "%T", tc.value)
			require.ErrorContains(t, err, "masked")
		}
	}
	data, err := json.Marshal(someMessage.Params)
	require.NoError(t, err)
	back := provider.Params{"kept": "1"}
	require.ErrorContains(t, json.Unmarshal(data, &back), "is masked")
	require.Equal(t, provider.Params{"kept": "1"}, back, "a failed read changes nothing")
}

func TestParamsAreReadFromJSON(t *testing.T) {
	t.Parallel()
	var message provider.Message
	require.NoError(t, json.Unmarshal([]byte(`{"To":"13800138000","Template":"login","Params":{"code":"042137"}}`), &message))
	require.Equal(t, provider.Message{
		To: someMessage.To, Template: "login", Params: provider.Params{provider.ParamCode: someCode},
	}, message)
	require.NoError(t, json.Unmarshal([]byte(`null`), &message.Params))
	require.Nil(t, message.Params)
	require.ErrorContains(t, json.Unmarshal([]byte(`{"code":42137}`), &message.Params), "want an object of texts")
}

// goldenReceipt is what the first version wrote: stored receipts stay readable, and
// programs that compare bytes see no change.
const goldenReceipt = `{"provider":"mob","id":"77","to":"+8613800138000","code":"provider",` +
	`"at":"2025-11-21T09:30:00Z","extra":{"fee":"\u003c1 \u0026 2\u003e"}}`

func TestP7ReceiptIsStoredInFullByteForByte(t *testing.T) {
	t.Parallel()
	receipt := provider.Receipt{
		Provider: "mob", ID: "77", To: someMessage.To, Code: provider.CodeByProvider,
		At: time.Date(2025, 11, 21, 9, 30, 0, 0, time.UTC), Extra: map[string]string{"fee": "<1 & 2>"},
	}
	data, err := json.Marshal(receipt)
	require.NoError(t, err)
	require.Equal(t, goldenReceipt, string(data))

	var unescaped bytes.Buffer
	encoder := json.NewEncoder(&unescaped)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode([]*provider.Receipt{&receipt}))
	require.Contains(t, unescaped.String(), `"extra":{"fee":"<1 & 2>"}}]`)

	var back provider.Receipt
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, receipt, back)

	data, err = json.Marshal(provider.Receipt{})
	require.NoError(t, err)
	require.Equal(t, `{"provider":"","to":"","code":"caller","at":"0001-01-01T00:00:00Z"}`, string(data))
}

func TestP7ReportIsStoredInFullWhereAsked(t *testing.T) {
	t.Parallel()
	report := provider.Report{
		Provider: "tencent", Kind: provider.ReportReply, Phone: someMessage.To, Reply: "T <D>",
		At: time.Date(2025, 11, 21, 9, 30, 0, 0, time.UTC), Extra: map[string]string{"sign": "签"},
	}
	data, err := json.Marshal(provider.StoredReport(report))
	require.NoError(t, err)
	require.Equal(t, `{"Provider":"tencent","Kind":1,"Phone":"+8613800138000","ID":"","Ref":"","Status":{"State":0,"Code":"",`+
		`"Text":"","At":"0001-01-01T00:00:00Z"},"Reply":"T \u003cD\u003e","At":"2025-11-21T09:30:00Z","Extra":{"sign":"签"}}`, string(data))

	var back provider.Report
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, report, back)
	var stored provider.StoredReport
	require.NoError(t, json.Unmarshal(data, &stored))
	require.Equal(t, report, provider.Report(stored))

	_, line := logBoth(t, provider.StoredReport(report))
	require.Contains(t, line, someMasked)
	require.NotContains(t, line, someNumber)
	require.NotContains(t, line, "T <D>")
}

func TestP7StoredPhone(t *testing.T) {
	t.Parallel()
	stored := provider.StoredPhone{Phone: someMessage.To}
	data, err := json.Marshal(map[provider.StoredPhone]provider.StoredPhone{stored: stored})
	require.NoError(t, err)
	require.Equal(t, `{"+8613800138000":"+8613800138000"}`, string(data))
	data, err = json.Marshal(provider.StoredPhone{})
	require.NoError(t, err)
	require.Equal(t, `""`, string(data))
	for _, verb := range verbs {
		require.Equal(t, someMasked, fmt.Sprintf(verb, stored))
	}
	text, _ := logBoth(t, stored)
	require.Contains(t, text, someMasked)
}

// The documentation warns of a receipt that is embedded.
func TestReceiptThatIsEmbeddedIsWrittenAlone(t *testing.T) {
	t.Parallel()
	type embedding struct {
		provider.Receipt
		User int
	}
	type holding struct {
		Receipt provider.Receipt
		User    int
	}
	data, err := json.Marshal(embedding{User: 7})
	require.NoError(t, err)
	require.NotContains(t, string(data), "User")
	data, err = json.Marshal(holding{User: 7})
	require.NoError(t, err)
	require.Contains(t, string(data), `"User":7`)
}
