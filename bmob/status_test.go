package bmob_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func TestReadStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		adjust      func(*bmob.Config)
		want        provider.Status
		golden      string
	}{
		{
			name: "sending", reply: wiretest.Read(t, "reply-status.json"), golden: "request-query.http",
			want: provider.Status{State: provider.StatePending, Code: "SENDING"},
		},
		{
			name: "signed", adjust: signed, reply: wiretest.Read(t, "reply-status.json"), golden: "request-query-signed.http",
			want: provider.Status{State: provider.StatePending, Code: "SENDING"},
		},
		{
			name: "sent and checked", reply: `{"sms_state":"SUCCESS","verify_state":true}`, golden: "request-query.http",
			want: provider.Status{State: provider.StateSent, Code: "SUCCESS", Text: "the code was checked and right"},
		},
		{name: "failed", reply: `{"sms_state":"FAIL"}`, golden: "request-query.http", want: provider.Status{State: provider.StateFailed, Code: "FAIL"}},
		{name: "another state", reply: `{"sms_state":"LOST"}`, golden: "request-query.http", want: provider.Status{Code: "LOST"}},
		{
			name: "not known to the service", status: http.StatusBadRequest,
			reply: `{"code":10018,"error":"smsId:1232222 not found"}`, golden: "request-query.http",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			status, err := newProvider(t, newConfig(stub.Client()), tt.adjust).ReadStatus(t.Context(), sentReceipt())
			require.NoError(t, err)
			require.Equal(t, tt.want, status)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

func TestReadStatusOfNoSuchID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"AAAA", "../users", "12 3"} {
		stub := &wiretest.Stub{}
		r := sentReceipt()
		r.ID = id
		status, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), r)
		require.NoError(t, err)
		require.Zero(t, status)
		require.Empty(t, stub.Requests(), "Bmob's ids are numbers")
	}
}

func TestReadStatusFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{name: "unauthorized", status: http.StatusUnauthorized, reply: `{"error":"unauthorized"}`, want: provider.KindAuth},
		{name: "not known, under 500", status: http.StatusInternalServerError, reply: `{"code":10018,"error":"x"}`, want: provider.KindUnavailable},
		{name: "no state", reply: `{"verify_state":true}`, want: provider.KindUnavailable},
		{name: "the call is gone", status: http.StatusNotFound, reply: `<html>`, want: provider.KindUnavailable},
		{name: "words that repeat the number", status: http.StatusBadRequest, reply: `{"code":10007,"error":"13800138000"}`, want: provider.KindUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{At: "GET https://api2.bmob.cn/1/querySms/1232222", Status: tt.status, Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), sentReceipt())
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "bmob: status: ")
			require.NotContains(t, err.Error(), "13800138000")
			require.False(t, provider.MayHaveSent(err))
		})
	}
}
