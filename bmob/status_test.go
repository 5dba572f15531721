package bmob_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// readStatus asks what became of a text.
func readStatus(id string, changes ...func(*bmob.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client, changes...).ReadStatus(t.Context(), receipt(id, provider.CodeByProvider))
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	sending := provider.Status{State: provider.StatePending, Code: "SENDING"}
	wiretest.Requests(t, []wiretest.Request{
		{Name: "plain", Call: readStatus("1232222"), Reply: wiretest.Read(t, "reply-status.json"), Want: sending, Golden: "request-query.http"},
		{Name: "signed", Call: readStatus("1232222", signed), Reply: wiretest.Read(t, "reply-status.json"), Want: sending, Golden: "request-query-signed.http"},
	})
	wiretest.Table{Call: readStatus("1232222"), At: querySMS, Begins: "bmob: status: ", Secrets: []string{"13800138000"}}.Replies(t, []wiretest.Reply{
		{
			Name: "sent and checked", Reply: `{"sms_state":"SUCCESS","verify_state":true}`,
			Want: provider.Status{State: provider.StateSent, Code: "SUCCESS", Text: "the code was checked and right"},
		},
		{Name: "failed", Reply: `{"sms_state":"FAIL"}`, Want: provider.Status{State: provider.StateFailed, Code: "FAIL"}},
		{Name: "another state", Reply: `{"sms_state":"LOST"}`, Want: provider.Status{Code: "LOST"}},
		{
			Name: "not known to the service", Status: http.StatusBadRequest,
			Reply: `{"code":10018,"error":"smsId:1232222 not found"}`, Want: provider.Status{},
		},

		{Name: "unauthorized", Status: http.StatusUnauthorized, Reply: `{"error":"unauthorized"}`, Kind: provider.KindAuth, Code: "401"},
		{Name: "not known, under 500", Status: http.StatusInternalServerError, Reply: `{"code":10018,"error":"x"}`, Kind: provider.KindUnavailable, Code: "10018"},
		{Name: "no state", Reply: `{"verify_state":true}`, Kind: provider.KindUnavailable},
		{Name: "the call is gone", Status: http.StatusNotFound, Reply: `<html>`, Kind: provider.KindUnavailable},
		{Name: "words that repeat the number", Status: http.StatusBadRequest, Reply: `{"code":10007,"error":"13800138000"}`, Kind: provider.KindUnknown, Code: "10007"},
	})
}

func TestReadStatusOfNoSuchID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"AAAA", "../users", "12 3"} {
		stub := &wiretest.Stub{}
		status, err := readStatus(id)(t, stub.Client())
		require.NoError(t, err)
		require.Zero(t, status)
		require.Empty(t, stub.Requests(), "Bmob's ids are numbers")
	}
}
