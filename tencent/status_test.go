package tencent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

func receiptOf(serial string, at time.Time) provider.Receipt {
	return provider.Receipt{Provider: "tencent", ID: serial, To: provider.MustParsePhone("13800138000"), At: at}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	received := time.Unix(1620734188, 0)
	tests := []struct {
		name, serial string
		want         provider.Status
	}{
		{
			name: "delivered", serial: "5000:1045710669157053657849499619",
			want: provider.Status{State: provider.StateDelivered, Code: "DELIVRD", At: received},
		},
		{name: "failed", serial: "5000:2", want: provider.Status{State: provider.StateFailed, Code: "UNDELIV", At: received}},
		{name: "in other words", serial: "5000:3", want: provider.Status{Code: "?"}},
		{name: "not there", serial: "5000:4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-deliveries.json")}
				p := newProvider(t, newConfig(stub.Client()))
				status, err := p.ReadStatus(t.Context(), receiptOf(tt.serial, time.Now().Add(-time.Hour)))
				require.NoError(t, err)
				require.Equal(t, tt.want, status)
				wiretest.Golden(t, "request-status.http", stub.Only(t))
			})
		})
	}
}

// TestReadStatusOfOldReceipts asks for no more than the service keeps, with a
// margin for its clock.
func TestReadStatusOfOldReceipts(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{"no time": {}, "a year ago": time.Unix(1668464000, 0)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: `{"Response":{"RequestId":"x"}}`}
			cfg := newConfig(stub.Client())
			cfg.Now = func() time.Time { return time.Unix(1700000000, 0) }
			status, err := newProvider(t, cfg).ReadStatus(t.Context(), receiptOf("5000:1", at))
			require.NoError(t, err)
			require.Zero(t, status)
			require.Contains(t, stub.Only(t), `"BeginTime":1699395500,`, "seven days less five minutes")
		})
	}
}

func TestReadStatusFails(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Response":{"Error":{"Code":"InternalError","Message":"of 13800138000"},"RequestId":"R"}}`}
	p := newProvider(t, newConfig(stub.Client()))
	_, err := p.ReadStatus(t.Context(), receiptOf("5000:1", time.Now()))
	require.EqualError(t, err, "tencent: status: unavailable: InternalError: of *** (request R)")
	require.False(t, provider.MayHaveSent(err), "a query sends nothing")

	_, err = p.ReadStatus(t.Context(), receiptOf("", time.Now()))
	require.EqualError(t, err, "tencent: status: config: Receipt.ID: empty: the service gave this message no id to ask for")
	_, err = p.ReadStatus(t.Context(), provider.Receipt{ID: "5000:1"})
	require.EqualError(t, err, "tencent: status: config: Receipt.To: no phone number")
	stub.Only(t)

	for _, reply := range []string{`{}`, `{"Response":{"PullSmsSendStatusSet":{}}}`} {
		p := newProvider(t, newConfig((&wiretest.Stub{Reply: reply}).Client()))
		_, err = p.ReadStatus(t.Context(), receiptOf("5000:1", time.Now()))
		require.ErrorIs(t, err, provider.KindUnavailable, reply)
		require.False(t, provider.MayHaveSent(err), reply)
	}
}

// TestStatusFollowsTheMessage plays whole lives: accepted, no news, delivered; and not
// delivered, because the number is on a blacklist.
func TestStatusFollowsTheMessage(t *testing.T) {
	t.Parallel()
	service := newService(tencentsim.Config{})
	p, _ := start(t, service)
	receipt, err := p.Send(t.Context(), newMessage("login"))
	require.NoError(t, err)
	status, err := provider.ReadStatus(t.Context(), p, receipt)
	require.NoError(t, err)
	require.Equal(t, provider.StateUnknown, status.State)
	service.Report(tencentsim.Delivery{Serial: receipt.ID, Phone: receipt.To.E164(), At: time.Now()})
	status, err = provider.ReadStatus(t.Context(), p, receipt)
	require.NoError(t, err)
	require.Equal(t, provider.StateDelivered, status.State)

	service.Report(tencentsim.Delivery{Serial: "5000:2", Phone: receipt.To.E164(), At: time.Now(), Failed: true, Code: "TD:0001"})
	status, err = p.ReadStatus(t.Context(), receiptOf("5000:2", time.Now()))
	require.NoError(t, err)
	require.Equal(t, provider.StateFailed, status.State)
	require.Equal(t, provider.KindBlocked, status.Kind)
}

func TestReadStatistics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-statistics.json")}
		from := time.Date(2024, time.May, 1, 5, 59, 0, 0, time.UTC)
		counts, err := newProvider(t, newConfig(stub.Client())).ReadStatistics(t.Context(), from, from.Add(5*time.Hour))
		require.NoError(t, err)
		require.Equal(t, tencent.Statistics{Submitted: 101, Accepted: 100, Billed: 120}, counts)
		wiretest.Golden(t, "request-statistics.http", stub.Only(t))
	})
}

func TestReadStatisticsFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		want        error
	}{
		{name: "refused", reply: `{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"x"}}}`, want: provider.KindAuth},
		{name: "no numbers", reply: `{"Response":{"RequestId":"x"}}`, want: provider.KindUnavailable},
		{name: "nothing in it", reply: `{}`, want: provider.KindUnavailable},
		{name: "negative", reply: `{"Response":{"SendStatusStatistics":{"FeeCount":-1}}}`, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).ReadStatistics(t.Context(), time.Now(), time.Now())
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "tencent: statistics: ")
		})
	}
	_, err := newProvider(t, newConfig(nil)).ReadStatistics(t.Context(), time.Now(), time.Now().Add(-time.Hour))
	require.ErrorContains(t, err, "to: must not be before from")
}
