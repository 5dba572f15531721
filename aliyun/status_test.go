package aliyun_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func readStatus(r provider.Receipt) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, aliyun.New, newConfig(client)).ReadStatus(t.Context(), r)
	}
}

func readCodeStatus(r provider.Receipt) wiretest.Call {
	return verification(func(t testing.TB, v *aliyun.Verification) (any, error) { return v.ReadStatus(t.Context(), r) })
}

// received is 08:03:04 in Beijing.
var received = time.Date(2026, time.January, 2, 8, 3, 4, 0, time.FixedZone("UTC+8", 8*60*60))

func TestStatusRequest(t *testing.T) {
	t.Parallel()
	abroad := receipt("9006197469364984^0")
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	delivered := provider.Status{State: provider.StateDelivered, Code: "DELIVERED", At: received}
	wiretest.Requests(t, []wiretest.Request{
		{Name: "text", Call: readStatus(receipt("9006197469364984^0")), Reply: wiretest.Read(t, "reply-details.json"), Want: delivered, Golden: "request-status.http"},
		{Name: "text abroad", Call: readStatus(abroad), Reply: `{"Code":"OK","TotalCount":"0"}`, Want: provider.Status{}, Golden: "request-status-abroad.http"},
		{Name: "code", Call: readCodeStatus(made), Reply: wiretest.Read(t, "reply-code-details.json"), Want: delivered, Golden: "request-code-status.http"},
	})
}

func TestStatusReply(t *testing.T) {
	t.Parallel()
	row := func(members string) string {
		return `{"Code":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"PhoneNum":"13800138000",` + members + `}]}}`
	}
	wiretest.Table{Call: readStatus(receipt("1^0")), Begins: "aliyun: status: ", Secrets: []string{"13800138000", keySecret}}.Replies(t, []wiretest.Reply{
		{Name: "waiting", Reply: row(`"SendStatus":1`), Want: provider.Status{State: provider.StatePending}},
		{
			Name: "failed", Reply: row(`"SendStatus":"2","ErrCode":"MOBILE_IN_BLACK"`),
			Want: provider.Status{State: provider.StateFailed, Kind: provider.KindBlocked, Code: "MOBILE_IN_BLACK"},
		},
		{
			Name: "not filed with this carrier", Reply: row(`"SendStatus":2,"ErrCode":"PORT_NOT_REGISTERED"`),
			Want: provider.Status{State: provider.StateFailed, Kind: provider.KindSignature, Code: "PORT_NOT_REGISTERED"},
		},
		{Name: "a carrier's code", Reply: row(`"SendStatus":2,"ErrCode":"MK:0001"`), Want: provider.Status{State: provider.StateFailed, Code: "MK:0001"}},
		{
			Name: "free text with the number", Reply: row(`"SendStatus":2,"ErrCode":"空号 13800138000"`),
			Want: provider.Status{State: provider.StateFailed, Text: "空号 ***"},
		},
		{Name: "nobody knows", Reply: row(`"SendStatus":2,"ErrCode":"EXPIRED"`), Want: provider.Status{Code: "EXPIRED"}},
		{Name: "handed over", Reply: row(`"SendStatus":1,"ErrCode":"REQUEST_SUCCESS"`), Want: provider.Status{State: provider.StateSent, Code: "REQUEST_SUCCESS"}},
		{
			Name: "an odd row beside", Reply: `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[5,null,{"PhoneNum":"13800138000","SendStatus":3}]}}`,
			Want: provider.Status{State: provider.StateDelivered},
		},
		{Name: "a state that nobody knows", Reply: row(`"SendStatus":9`), Want: provider.Status{}},
		{Name: "another number", Reply: `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"PhoneNum":"13900139000","SendStatus":3}]}}`, Want: provider.Status{}},
		{Name: "nothing", Reply: `{"Code":"OK"}`, Want: provider.Status{}},
		{Name: "a list that is none", Reply: `{"Code":"OK","SmsSendDetailDTOs":7,"Model":7}`, Want: provider.Status{}},
		{Name: "refused", Reply: `{"Code":"isp.RAM_PERMISSION_DENY"}`, Kind: provider.KindAuth, Code: "isp.RAM_PERMISSION_DENY"},
	})
	zero, nobody := receipt("1"), receipt("1")
	zero.At, nobody.To = time.Time{}, provider.Phone{}
	wiretest.Table{Begins: "aliyun: status: "}.BadInput(t, []wiretest.Input{
		{Name: "no id", Call: readStatus(receipt("")), Kind: provider.KindConfig, Names: "Receipt.ID: "},
		{Name: "no time", Call: readStatus(zero), Kind: provider.KindConfig, Names: "Receipt.At: "},
		{Name: "no number", Call: readStatus(nobody), Kind: provider.KindConfig, Names: "Receipt.To: "},
	})
}

// TestStatusAroundMidnight: the service's clock may say another day than ours.
func TestStatusAroundMidnight(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, time.January, 2, 0, 0, 0, 0, received.Location())
	for name, tt := range map[string]struct {
		at   time.Time
		days []string
	}{
		"just before": {midnight.Add(-time.Second), []string{"SendDate=20260101", "SendDate=20260102"}},
		"just after":  {midnight.Add(time.Second), []string{"SendDate=20260102", "SendDate=20260101"}},
		"later":       {midnight.Add(time.Hour), []string{"SendDate=20260102"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: `{"Code":"OK"}`}
			r := receipt("1")
			r.At = tt.at
			status, err := wiretest.Build(t, aliyun.New, newConfig(stub.Client())).ReadStatus(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, provider.Status{}, status)
			require.Len(t, stub.Requests(), len(tt.days))
			for i, day := range tt.days {
				require.Contains(t, stub.Requests()[i], day)
			}
		})
	}
}

// TestStatusOfLongAgo: the service is not asked for what it has forgotten.
func TestStatusOfLongAgo(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Code":"isv.INVALID_PARAMETERS"}`}
	r := receipt("1")
	r.At = at.Add(-31 * 24 * time.Hour)
	status, err := wiretest.Build(t, aliyun.New, newConfig(stub.Client())).ReadStatus(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, provider.Status{}, status)
	require.Empty(t, stub.Requests())
}
