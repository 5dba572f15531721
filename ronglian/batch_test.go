package ronglian_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// phones makes n mainland numbers.
func phones(n int) []provider.Phone {
	list := make([]provider.Phone, n)
	for i := range list {
		list[i] = provider.MustParsePhone(fmt.Sprintf("1380000%04d", i))
	}
	return list
}

func TestSendBatch(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	m := newMessage("login", "4653")
	m.Ref = "a1B2c3D4"
	results, err := newProvider(t, stub.Client()).SendBatch(t.Context(), m, phones(3))
	require.NoError(t, err)
	require.Len(t, results, 3)
	for i, phone := range phones(3) {
		require.NoError(t, results[i].Err)
		require.Equal(t, phone, results[i].To)
		require.Equal(t, provider.Receipt{Provider: "ronglian", ID: messageID, To: phone, At: at}, results[i].Receipt)
	}
	wiretest.Golden(t, "request-batch.http", stub.Only(t))
}

// TestSendBatchSplits sends to a thousand numbers on the simulator: ten requests
// of a hundred, and a result for each number.
func TestSendBatchSplits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ numbers, requests int }{
		{1, 1}, {100, 1}, {101, 2}, {1000, 10},
	} {
		t.Run(fmt.Sprint(tt.numbers), func(t *testing.T) {
			t.Parallel()
			s, p := newSimulated(t, rongliansim.Config{})
			to := phones(tt.numbers)
			results, err := provider.SendMany(t.Context(), p, newMessage("login", "4653"), to)
			require.NoError(t, err)
			require.Len(t, results, tt.numbers)
			ids := map[string]int{}
			for i, result := range results {
				require.NoError(t, result.Err)
				require.Equal(t, to[i], result.Receipt.To)
				ids[result.Receipt.ID]++
			}
			require.Len(t, ids, tt.requests, "one id for each request")
			require.Len(t, s.Exchanges(), tt.requests)
			texts := s.Texts()
			require.Len(t, texts, tt.numbers)
			for i, text := range texts {
				require.Equal(t, to[i].E164(), text.To)
			}
		})
	}
}

// TestSendBatchPartFails loses the second of three requests.
func TestSendBatchPartFails(t *testing.T) {
	t.Parallel()
	s, p := newSimulated(t, rongliansim.Config{})
	sim.MustInject(t, s, sim.Fault{Skip: 1, Effect: sim.EffectGarbage})
	sim.MustInject(t, s, sim.Fault{Effect: sim.EffectRefuse, Code: "160038"})
	results, err := p.SendBatch(t.Context(), newMessage("login", "4653"), phones(201))
	require.NoError(t, err)
	require.Len(t, s.Exchanges(), 3, "no part is repeated")
	states := map[string]int{}
	for _, result := range results {
		switch {
		case result.Err == nil:
			states["accepted"]++
		case provider.MayHaveSent(result.Err):
			states["unclear"]++
		default:
			require.ErrorIs(t, result.Err, provider.KindThrottled)
			require.Zero(t, result.Receipt)
			states["refused"]++
		}
	}
	require.Equal(t, map[string]int{"refused": 100, "unclear": 100, "accepted": 1}, states)
}

func TestSendBatchWithoutID(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{At: sendCall, Reply: `{"statusCode":"000000"}`}
	results, err := newProvider(t, stub.Client()).SendBatch(t.Context(), newMessage("login", "4653"), phones(2))
	require.NoError(t, err)
	for _, result := range results {
		require.NoError(t, result.Err)
		require.Empty(t, result.Receipt.ID)
	}
}

func TestSendBatchMixed(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	p := newProvider(t, stub.Client())
	first, second := phones(2)[0], phones(2)[1]
	foreign := provider.MustParsePhone("+1 202 555 0123")
	results, err := p.SendBatch(t.Context(), newMessage("login", "4653"), []provider.Phone{foreign, first, second, first})
	require.NoError(t, err)
	require.Len(t, results, 4)
	require.ErrorIs(t, results[0].Err, provider.KindUnsupported)
	require.ErrorContains(t, results[0].Err, "ronglian: send: unsupported: to[0]: ")
	require.NoError(t, results[1].Err)
	require.Equal(t, results[1], results[3], "a number that stands in the list twice gets one text")
	require.Contains(t, stub.Only(t), `"to":"13800000000,13800000001"`)
}

func TestSendBatchBadInput(t *testing.T) {
	t.Parallel()
	withRef := newMessage("login", "4653")
	withRef.Ref = "a1B2c3D4"
	batch := func(m provider.Message, to []provider.Phone) wiretest.Call {
		return func(t testing.TB, client *http.Client) (any, error) {
			return newProvider(t, client).SendBatch(t.Context(), m, to)
		}
	}
	wiretest.Table{Begins: "ronglian: send: "}.BadInput(t, []wiretest.Input{
		{
			Name: "no number", Call: batch(newMessage("login", "4653"), append(phones(1), provider.Phone{})),
			Kind: provider.KindRecipient, Names: "to[1]: ",
		},
		{Name: "one ref for two requests", Call: batch(withRef, phones(101)), Kind: provider.KindUnsupported, Names: "Ref: "},
	})
}

func TestSendBatchCancelled(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := newProvider(t, stub.Client()).SendBatch(ctx, newMessage("login", "4653"), phones(101))
	require.NoError(t, err)
	for _, result := range results {
		require.ErrorIs(t, result.Err, context.Canceled)
		require.False(t, provider.MayHaveSent(result.Err))
	}
	require.Empty(t, stub.Requests())
}

// TestBatchRefusalTellsNoNumber refuses a batch with words that repeat all of its
// numbers, and with a code that occurs in them.
func TestBatchRefusalTellsNoNumber(t *testing.T) {
	t.Parallel()
	reply := `{"statusCode":"160042","statusMsg":"号码格式有误: 13800000000,13800000001,13800000002 1380"}`
	stub := &wiretest.Stub{At: sendCall, Reply: reply}
	results, err := newProvider(t, stub.Client()).SendBatch(t.Context(), newMessage("login", "1380"), phones(3))
	require.NoError(t, err)
	for _, result := range results {
		require.EqualError(t, result.Err, "ronglian: send: recipient: 160042: 号码格式有误: ***,***,*** ***")
		require.False(t, provider.MayHaveSent(result.Err))
	}
}
