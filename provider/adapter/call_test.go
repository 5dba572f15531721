package adapter_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

const codesFile = `
0    | ok | 成功
405  | auth | 密钥错误 | check Config.Key | 检查 Config.Key
4080 | throttled by phone, wait 30s | 太频繁
500  | unavailable, may have been sent | 内部错误
Limit.* | throttled by account
[report]
1    | ok
`

func TestNamed(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewSend(provider.Message{})
	_, err := provider.Templates{}.Lookup("login")
	named := call.Named(err)
	require.ErrorContains(t, named, "test: send: template: ")
	require.ErrorIs(t, named, provider.KindTemplate)
	require.NotContains(t, err.Error(), "test: ", "the original is not changed")
	require.Equal(t, named, newClient(t, adapter.Config{Name: "other"}).NewCall(provider.OpVerify).Named(named), "a name that is there stays")
	other := errors.New("other")
	require.Equal(t, other, call.Named(other))
	require.NoError(t, call.Named(nil))
}

func TestUnusableDoesNotRepeatTheReply(t *testing.T) {
	t.Parallel()
	c := clientOver(t, odd{&http.Response{StatusCode: http.StatusBadGateway}})
	call := c.NewSend(provider.Message{})
	err := call.JSON(t.Context(), adapter.Request{}, &struct{}{})
	require.EqualError(t, err, "test: send: unavailable: unusable reply: HTTP status (HTTP 502) (may have been sent)")
	require.False(t, provider.MayHaveSent(c.NewCall(provider.OpBalance).Unusable("x")))
}

func TestJudge(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes(codesFile)
	require.NoError(t, err)
	c := newClient(t, adapter.Config{Codes: codes, Credentials: []adapter.Credential{{Field: "Key", Value: "topsecret"}}})
	m := provider.Message{To: provider.MustParsePhone("13800138000"), Params: provider.Params{"code": "042137"}}
	tests := []struct {
		name, op, code, words string
		want                  *provider.Error
	}{
		{name: "success", code: "0"},
		{
			name: "remedy", code: "405", words: "密钥错误 topsecret",
			want: &provider.Error{Kind: provider.KindAuth, Code: "405", Text: "密钥错误 ***", Remedy: "check Config.Key"},
		},
		{
			name: "scope and wait", code: "4080", words: "13800138000 太频繁",
			want: &provider.Error{
				Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: 30 * time.Second, Code: "4080", Text: "*** 太频繁",
			},
		},
		{name: "may have been sent", code: "500", want: &provider.Error{Kind: provider.KindUnavailable, Code: "500", MayHaveSent: true}},
		{name: "of a family", code: "Limit.Daily", want: &provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Code: "Limit.Daily"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := c.NewSend(m).Judge(tt.code, tt.words)
			if tt.want == nil {
				require.NoError(t, err)
				return
			}
			var got *provider.Error
			require.ErrorAs(t, err, &got)
			tt.want.Provider, tt.want.Op = "test", provider.OpSend
			tt.want.Text = got.Text // how Redact strikes out is its own business
			require.Equal(t, tt.want, got)
			for _, secret := range []string{"topsecret", "13800138000", "042137"} {
				require.NotContains(t, err.Error(), secret)
			}
		})
	}
	err = c.NewSend(m).Judge("code 042137 of 13800138000", "")
	require.ErrorIs(t, err, provider.KindUnknown)
	require.NotContains(t, err.Error(), "042137", "what is in no table may be anything")

	status := c.NewCall(provider.OpStatus)
	require.False(t, provider.MayHaveSent(status.Judge("500", "")), "no text comes of a query")
	status.Use(codes.Table("report"))
	require.NoError(t, status.Judge("1", ""))
	require.Error(t, status.Judge("0", ""))
	status.Hide("SIGNATURE")
	require.NotContains(t, status.Judge("0", "SIGNATURE").Error(), "SIGNATURE")
}

func TestTemplateAndValues(t *testing.T) {
	t.Parallel()
	c, err := adapter.New(adapter.Config{
		Service: "test", BaseURL: "https://a.invalid", Templates: provider.Templates{"login": {ID: "1", Params: []string{"code", "minutes"}}},
	})
	require.NoError(t, err)
	to := provider.MustParsePhone("13800138000")
	call := c.NewSend(provider.Message{To: to, Template: "login", Params: provider.Params{"minutes": "5", "code": "042137"}})
	template, err := call.Template()
	require.NoError(t, err)
	values, err := call.Values(template)
	require.NoError(t, err)
	require.Equal(t, []string{"042137", "5"}, values)
	receipt := call.Receipt("7")
	require.Equal(t, "test", receipt.Provider)
	require.Equal(t, "7", receipt.ID)
	require.Equal(t, to, receipt.To)

	_, err = c.NewSend(provider.Message{To: to, Template: "logon", Params: provider.Params{}}).Template()
	require.ErrorContains(t, err, "test: send: template: ")
	_, err = c.NewSend(provider.Message{Template: "login"}).Template()
	require.ErrorContains(t, err, "test: send: ", "what Message.Validate finds, under the provider's name")
	_, err = c.NewSend(provider.Message{To: to, Template: "login", Params: provider.Params{"code": "042137"}}).Values(template)
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, "test: send: ")
}

// TestJSONStatus has a service that answers in its own format under other statuses.
func TestJSONStatus(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes(codesFile)
	require.NoError(t, err)
	for status, readable := range map[int]bool{200: true, 400: true, 201: false, 404: false, 500: false} {
		c := newClient(t, adapter.Config{Codes: codes, HTTPClient: &http.Client{Transport: odd{&http.Response{
			StatusCode: status, Body: io.NopCloser(strings.NewReader(`{"code":0}`)),
		}}}})
		call := c.NewSend(provider.Message{})
		var got struct{ Code adapter.Scalar }
		err := call.JSON(t.Context(), adapter.Request{Statuses: []int{400}}, &got)
		require.Equal(t, readable, err == nil, "%d: %v", status, err)
		if readable && status != http.StatusOK {
			require.ErrorContains(t, call.Judge("0", ""), "unusable reply: success under an HTTP status of failure")
			require.True(t, provider.MayHaveSent(call.Judge("0", "")))
			require.ErrorIs(t, call.Judge("405", ""), provider.KindAuth)
		}
	}
}

// The kit's clock says how long it is until midnight.
func TestF7(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes("476 | throttled by account, wait until midnight")
	require.NoError(t, err)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, adapter.Beijing)
	c := newClient(t, adapter.Config{Codes: codes, Now: func() time.Time { return noon }})
	var failure *provider.Error
	require.ErrorAs(t, c.NewSend(provider.Message{}).Judge("476", "x"), &failure)
	require.Equal(t, 12*time.Hour, failure.RetryAfter)
}

// TestRetryAfterOfAService has waits that a service says in its own way.
func TestRetryAfterOfAService(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes("1 | throttled by account, wait 30s")
	require.NoError(t, err)
	for wait, want := range map[time.Duration]time.Duration{
		2 * time.Second: 2 * time.Second, 0: 30 * time.Second, -time.Second: 30 * time.Second, 48 * time.Hour: 24 * time.Hour,
	} {
		call := newClient(t, adapter.Config{Codes: codes}).NewSend(provider.Message{})
		call.RetryAfter(wait)
		var got *provider.Error
		require.ErrorAs(t, call.Judge("1", ""), &got)
		require.Equal(t, want, got.RetryAfter)
	}
}

// TestStatusCodeHasNoNumber: in the place of a code may stand a number that nobody has
// asked about.
func TestStatusCodeHasNoNumber(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewCall(provider.OpReports)
	for said, want := range map[string][2]string{
		"MX:0008": {"MX:0008", ""}, "13812345678": {"***", ""}, "+8613812345678": {"***", ""}, "空号 13812345678": {"", "空号 ***"},
		"-1234567890": {"-1234567890", ""},
	} {
		code, text := call.StatusCode(said, false)
		require.Equal(t, want, [2]string{code, text}, said)
	}
	code, _ := call.StatusCode("13812345678", true)
	require.Equal(t, "13812345678", code, "the table's own")
}
