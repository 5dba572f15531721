package zhenzi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func TestReadStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		state       provider.State
		want        error
	}{
		{name: "found", reply: wiretest.Read(t, "reply-lookup.json"), state: provider.StatePending},
		{name: "found, an object in a string", reply: `{"code":0,"data":" {\"message\":\"x\",\"a\":1}"}`, state: provider.StatePending},
		{name: "found, text of digits", reply: `{"code":0,"data":{"message":1234}}`, state: provider.StatePending},
		{name: "nothing", reply: `{"code":0}`},
		{name: "null", reply: `{"code":0,"data":null}`},
		{name: "null in a string", reply: `{"code":0,"data":"null"}`},
		{name: "empty object", reply: `{"code":0,"data":{}}`},
		{name: "empty object in a string", reply: `{"code":0,"data":"{}"}`},
		{name: "object without a text", reply: `{"code":0,"data":{"message":null,"number":"1"}}`},
		{name: "empty words", reply: `{"code":0,"data":""}`},
		{name: "words", reply: `{"code":0,"data":"没有该短信"}`},
		{name: "array", reply: `{"code":0,"data":[{"message":"x"}]}`, want: provider.KindUnavailable},
		{name: "number", reply: `{"code":0,"data":1}`, want: provider.KindUnavailable},
		{name: "text of the wrong type", reply: `{"code":0,"data":{"message":{}}}`, want: provider.KindUnavailable},
		{name: "broken object in a string", reply: `{"code":0,"data":"{"}`, want: provider.KindUnavailable},
		{name: "refused", reply: `{"code":105,"data":"x"}`, want: provider.KindAuth},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			status, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), provider.Receipt{ID: "m-0001"})
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, provider.Status{State: tt.state}, status)
			require.False(t, provider.MayHaveSent(err), "a lookup sends nothing")
			wiretest.Golden(t, "request-lookup.http", stub.Only(t))
		})
	}
}

func TestReadStatusWithoutID(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	_, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), provider.Receipt{})
	require.EqualError(t, err, "zhenzi: status: config: Receipt.ID: empty: the service gave this message no id to ask for")
	require.Empty(t, stub.Requests())
}

func TestRefusedLookupHidesTheNumber(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"code":999,"data":"13800000000 ` + appSecret + `"}`}
	_, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), provider.Receipt{
		ID: "m-0001", To: provider.MustParsePhone("13800000000"),
	})
	require.EqualError(t, err, "zhenzi: status: unknown: 999: *** ***")
}
