package tencent_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

func phones(t testing.TB, numbers ...string) []provider.Phone {
	t.Helper()
	list := make([]provider.Phone, len(numbers))
	for i, number := range numbers {
		phone, err := provider.ParsePhone(number)
		require.NoError(t, err)
		list[i] = phone
	}
	return list
}

// many are n numbers of mainland China and n of the United States, in turn.
func many(t testing.TB, n int) []provider.Phone {
	t.Helper()
	var numbers []string
	for i := range n {
		numbers = append(numbers, fmt.Sprintf("1380013%04d", i), fmt.Sprintf("+1202555%04d", i))
	}
	return phones(t, numbers...)
}

func TestSendBatchRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := &wiretest.Stub{Reply: `{"Response":{"SendStatusSet":[],"RequestId":"x"}}`}
		to := phones(t, "13800138000", "+12025550123", "13800138001", "13800138000")
		_, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login"), to)
		require.NoError(t, err)
		requests := stub.Requests()
		require.Len(t, requests, 2)
		wiretest.Golden(t, "request-batch-mainland.http", requests[0])
		wiretest.Golden(t, "request-batch-abroad.http", requests[1])
	})
}

// TestSendBatchSplits sends to 401 mainland and 401 foreign numbers: three
// requests each.
func TestSendBatchSplits(t *testing.T) {
	t.Parallel()
	p, server := start(t, newService(tencentsim.Config{}))
	to := many(t, 401)
	results, err := p.SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	require.Len(t, results, len(to))
	ids := map[string]provider.Phone{}
	for i, result := range results {
		require.NoError(t, result.Err)
		require.Equal(t, to[i], result.To)
		require.Equal(t, to[i], result.Receipt.To)
		ids[result.Receipt.ID] = to[i]
	}
	require.Len(t, ids, len(to), "each text has its own id")
	require.Len(t, server.Exchanges(), 6)
	for _, message := range server.Texts() {
		require.Equal(t, message.To, ids[message.ID].E164(), "the id is that of this number's text")
	}
}

func TestSendBatchMixedResults(t *testing.T) {
	t.Parallel()
	p, server := start(t, newService(tencentsim.Config{Blocked: []string{"+8613800138001"}}))
	to := phones(t, "13800138000", "13800138001", "13800138002", "13800138000")
	results, err := p.SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	require.Len(t, results, 4)
	require.NoError(t, results[0].Err)
	require.ErrorIs(t, results[1].Err, provider.KindBlocked)
	require.False(t, provider.MayHaveSent(results[1].Err))
	require.Zero(t, results[1].Receipt)
	require.NoError(t, results[2].Err)
	require.Equal(t, results[0], results[3], "a number that stands there twice gets one text and two results")
	require.Len(t, server.Texts(), 2)
}

// TestSendBatchReply covers replies in another order, with other forms of the
// numbers, and without some of them.
func TestSendBatchReply(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Response":{"RequestId":"R-1","SendStatusSet":[
		{"SerialNo":"c","PhoneNumber":"13800138002","Code":"Ok"},
		{"SerialNo":"","PhoneNumber":"8613800138001","Code":"FailedOperation.InsufficientBalanceInSmsPackage","Message":"13800138001 13800138002"},
		{"SerialNo":"a","PhoneNumber":"+8613800138000","Code":"Ok"}]}}`}
	to := phones(t, "13800138000", "13800138001", "13800138002", "13800138003")
	results, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	require.Equal(t, "a", results[0].Receipt.ID)
	require.EqualError(t, results[1].Err,
		"tencent: send: balance: FailedOperation.InsufficientBalanceInSmsPackage: *** *** (request R-1); remedy: buy a package in the console")
	require.Equal(t, "c", results[2].Receipt.ID)
	require.ErrorIs(t, results[3].Err, provider.KindUnavailable)
	require.True(t, provider.MayHaveSent(results[3].Err), "a number that is not mentioned")
}

// TestForeignNumbersAreNotMixedUp has a number whose country code and number are
// the digits of another one without its country code.
func TestForeignNumbersAreNotMixedUp(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Response":{"SendStatusSet":[
		{"SerialNo":"us","PhoneNumber":"+12345678901","Code":"Ok"},{"SerialNo":"uk","PhoneNumber":"+4412345678901","Code":"Ok"}]}}`}
	to := phones(t, "+4412345678901", "+12345678901")
	results, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	require.Equal(t, "uk", results[0].Receipt.ID)
	require.Equal(t, "us", results[1].Receipt.ID)
}

// TestSendBatchBreaks loses the reply of the second of three parts.
func TestSendBatchBreaks(t *testing.T) {
	t.Parallel()
	p, server := start(t, newService(tencentsim.Config{}))
	sim.MustInject(t, server, sim.Fault{Effect: sim.EffectResetAfter, Skip: 1})
	to := many(t, 401)
	results, err := p.SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	lost := 0
	for _, result := range results {
		if result.Err != nil {
			require.ErrorIs(t, result.Err, provider.KindUnavailable)
			require.True(t, provider.MayHaveSent(result.Err))
			lost++
		}
	}
	require.Equal(t, 200, lost, "one part")
	require.Len(t, server.Exchanges(), 6, "the others went out, and none twice")
}

// TestSendBatchCancelled ends the context while the first part is on its way:
// the others do not leave.
func TestSendBatchCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, transport := answering(t, func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		return nil, r.Context().Err()
	})
	results, err := p.SendBatch(ctx, newMessage("login"), many(t, 1))
	require.NoError(t, err)
	require.Equal(t, 1, transport.GetTotalCallCount())
	require.ErrorIs(t, results[0].Err, context.Canceled)
	require.True(t, provider.MayHaveSent(results[0].Err))
	require.ErrorIs(t, results[1].Err, context.Canceled)
	require.False(t, provider.MayHaveSent(results[1].Err))
}

// TestRedactsTheWholeBatch has a refusal of the whole request that repeats every number.
func TestRedactsTheWholeBatch(t *testing.T) {
	t.Parallel()
	to := phones(t, "13800138000", "13800138001")
	stub := &wiretest.Stub{Reply: `{"Response":{"Error":{"Code":"InternalError","Message":"+8613800138000 13800138001"},"RequestId":"R"}}`}
	results, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login"), to)
	require.NoError(t, err)
	for _, result := range results {
		require.ErrorContains(t, result.Err, "InternalError: +86*** *** (request R)")
	}
}

func TestBadBatch(t *testing.T) {
	t.Parallel()
	for problem, to := range map[string][]provider.Phone{
		"to: no phone numbers":   nil,
		"to[2]: no phone number": append(many(t, 1), provider.Phone{}),
	} {
		stub := &wiretest.Stub{}
		results, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login"), to)
		require.ErrorIs(t, err, provider.KindRecipient)
		require.EqualError(t, err, "tencent: send: recipient: "+problem)
		require.Nil(t, results)
		require.Empty(t, stub.Requests())
	}
}

// TestBatchWithoutSign fails as a whole before the foreign part is sent.
func TestBatchWithoutSign(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.Sign = ""
	_, err := newProvider(t, cfg).SendBatch(t.Context(), newMessage("login"), many(t, 1))
	require.ErrorIs(t, err, provider.KindSignature)
	require.Empty(t, stub.Requests())
}
