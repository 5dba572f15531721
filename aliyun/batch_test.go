package aliyun_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func sendBatch(m provider.Message, to ...provider.Phone) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, aliyun.New, newConfig(client)).SendBatch(t.Context(), m, to)
	}
}

// numbers are different mainland numbers.
func numbers(n int) []provider.Phone {
	list := make([]provider.Phone, n)
	for i := range list {
		list[i] = provider.MustParsePhone(fmt.Sprintf("138%08d", i))
	}
	return list
}

func TestBatchRequest(t *testing.T) {
	t.Parallel()
	to := []provider.Phone{login.To, provider.MustParsePhone("13900139000"), login.To}
	result := func(to provider.Phone) provider.BatchResult {
		r := withRequestID(receipt("9006197469364984^0"), "F655A8D5-B967-440B-8683-DAD6FF8DE990")
		r.To = to
		return provider.BatchResult{To: to, Receipt: r}
	}
	wiretest.Requests(t, []wiretest.Request{{
		Name: "two numbers, one of them twice", Call: sendBatch(login, to...), Reply: wiretest.Read(t, "reply-accepted.json"), Golden: "request-batch.http",
		Want: []provider.BatchResult{result(to[0]), result(to[1]), result(to[2])},
	}})
}

// TestBatchParts counts the requests, and the numbers in each.
func TestBatchParts(t *testing.T) {
	t.Parallel()
	to := append(numbers(201), provider.MustParsePhone("+1 202 555 0123"))
	stub := &wiretest.Stub{Reply: `{"Code":"OK","BizId":"1^0"}`}
	results, err := wiretest.Build(t, aliyun.New, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("closed", nil), to)
	require.NoError(t, err)
	require.Len(t, results, len(to))
	for i, r := range results {
		require.NoError(t, r.Err)
		require.Equal(t, to[i], r.To)
		require.Equal(t, to[i], r.Receipt.To)
	}
	var sizes []int
	for _, request := range stub.Requests() {
		_, body, _ := strings.Cut(request, "\r\n\r\n")
		form, err := url.ParseQuery(body)
		require.NoError(t, err)
		require.Empty(t, form.Get("TemplateParamJson"))
		require.Equal(t, strings.Count(form.Get("PhoneNumberJson"), `"`), strings.Count(form.Get("SignNameJson"), `"`))
		sizes = append(sizes, strings.Count(form.Get("PhoneNumberJson"), `"`)/2)
	}
	require.Equal(t, []int{100, 100, 1, 1}, sizes)
	require.Contains(t, stub.Requests()[3], "12025550123")
}

func TestBatchFails(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Code":"isv.BLACK_KEY_CONTROL_LIMIT","Message":"13900139000"}`}
	results, err := wiretest.Build(t, aliyun.New, newConfig(stub.Client())).SendBatch(t.Context(), login, []provider.Phone{login.To, provider.MustParsePhone("13900139000")})
	require.NoError(t, err)
	for _, r := range results {
		require.ErrorIs(t, r.Err, provider.KindUnknown, "nobody knows which of the two is blocked")
		require.ErrorContains(t, r.Err, "isv.BLACK_KEY_CONTROL_LIMIT")
		require.ErrorContains(t, r.Err, "one of the 2 numbers")
		require.False(t, provider.MayHaveSent(r.Err))
		require.Equal(t, provider.Receipt{}, r.Receipt)
		wiretest.Hidden(t, r.Err.Error(), "13900139000", "042137")
	}
}

// TestBatchOfOneFails: a request for one number is about that number, and one about the
// account is about all.
func TestBatchOfOneFails(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]provider.Kind{
		`{"Code":"isv.BLACK_KEY_CONTROL_LIMIT"}`: provider.KindBlocked, `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`: provider.KindBalance,
	} {
		p := wiretest.Build(t, aliyun.New, newConfig((&wiretest.Stub{Reply: reply}).Client()))
		results, err := p.SendBatch(t.Context(), login, []provider.Phone{login.To, login.To})
		require.NoError(t, err)
		require.ErrorIs(t, results[1].Err, want)
	}
	p := wiretest.Build(t, aliyun.New, newConfig((&wiretest.Stub{Reply: `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`}).Client()))
	results, err := p.SendBatch(t.Context(), login, numbers(2))
	require.NoError(t, err)
	require.ErrorIs(t, results[1].Err, provider.KindBalance)
}

func TestBadBatch(t *testing.T) {
	t.Parallel()
	wiretest.Table{Begins: "aliyun: send: "}.BadInput(t, []wiretest.Input{
		{Name: "nobody", Call: sendBatch(login), Kind: provider.KindRecipient, Names: "to: no phone numbers"},
		{Name: "no number among them", Call: sendBatch(login, login.To, provider.Phone{}), Kind: provider.KindRecipient, Names: "to[1]: no phone number"},
		{Name: "more than 1,000", Call: sendBatch(login, numbers(1001)...), Kind: provider.KindConfig, Names: "to: has 1001 phone numbers"},
		{Name: "an empty value", Call: sendBatch(newMessage("order", provider.Params{"name": "", "number": "1"}), login.To), Kind: provider.KindTemplate, Names: `Params["name"]: empty`},
	})
	results, err := wiretest.Build(t, aliyun.New, newConfig((&wiretest.Stub{Reply: `{"Code":"OK"}`}).Client())).SendBatch(t.Context(), login, numbers(1000))
	require.NoError(t, err)
	require.Len(t, results, 1000)
}
