package aliyunsim

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// details asks what became of texts.
func (b bench) details(t *testing.T, host string, pairs ...string) sim.Exchange {
	t.Helper()
	return b.v3(t, ask{action: "QuerySendDetails", host: host, fields: queryOf(pairs...), inBody: true})
}

// TestDetails: the answers of both products, before a report and after it.
func TestDetails(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	id := membersOf(t, b.send(t, "OutId", "order-17"))["BizId"].(string)
	requireDetails := func(e sim.Exchange, want string) {
		t.Helper()
		requireCode(t, e, "OK", "")
		m := membersOf(t, e)
		delete(m, "RequestId")
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text))
	}
	const of = `"PhoneNum":"13800138000","Content":"【示例签名】1234","TemplateCode":"SMS_154950909","SendDate":"2023-11-15 06:13:20","OutId":"order-17"`
	requireDetails(b.details(t, ""), `{"Code":"OK","Message":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{`+of+`,"SendStatus":1}]}}`)
	b.Report(Delivery{BizID: id, Phone: "+8613800138000", At: b.clock.Now().Add(3 * time.Second)})
	requireDetails(b.details(t, smsHost, "BizId", id), `{"Code":"OK","Message":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{`+of+
		`,"ReceiveDate":"2023-11-15 06:13:23","ErrCode":"DELIVERED","SendStatus":3}]}}`)
	requireDetails(b.details(t, codeHost), `{"Code":"OK","Message":"成功","Success":true,"TotalCount":0,"Model":[]}`)

	model := membersOf(t, b.sendCode(t, "TemplateParam", `{"code":"042137","min":"5"}`))["Model"].(map[string]any)
	b.Verification().Report(Delivery{BizID: model["BizId"].(string), Phone: "+8613800138000", At: b.clock.Now(), Failed: true})
	requireDetails(b.details(t, "", "BizId", model["BizId"].(string)), `{"Code":"OK","Message":"成功","Success":true,"TotalCount":1,"Model":[{"PhoneNum":"13800138000",`+
		`"Content":"【速通互联验证码】042137 5","TemplateCode":"100001","SendDate":"2023-11-15 06:13:20","ReceiveDate":"2023-11-15 06:13:20",`+
		`"OutId":"","SendStatus":2,"ErrCode":"MOBILE_NOT_ON_SERVICE"}]}`)
	requireCode(t, b.details(t, codeHost, "PageSize", "51"), "isv.INVALID_PARAMETERS", "PageSize: want 1 to 50")
}

// TestOnlyWhatArrivesIsBilled: what a text cost comes back when its report says that it
// failed, once, and is charged after all when a later one says that it arrived.
func TestOnlyWhatArrivesIsBilled(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	id := membersOf(t, b.send(t))["BizId"].(string)
	model := membersOf(t, b.sendCode(t, "TemplateParam", `{"code":"042137","min":"5"}`))["Model"].(map[string]any)
	require.Equal(t, 2, b.Spent())
	report := func(failed bool) {
		b.Report(Delivery{BizID: id, Phone: "+8613800138000", Failed: failed, Size: 9})
	}
	for _, step := range []struct {
		failed bool
		spent  int
	}{{false, 2}, {true, 1}, {true, 1}, {false, 2}, {false, 2}, {true, 1}} {
		report(step.failed)
		require.Equal(t, step.spent, b.Spent())
	}
	b.Verification().Report(Delivery{BizID: model["BizId"].(string), Phone: "+8613800138000", Failed: true})
	require.Equal(t, 0, b.Spent())
	b.Report(Delivery{BizID: "somebody else's", Phone: "+8613800138000", Failed: true})
	require.Equal(t, 0, b.Spent())
}

// TestPages: pages of texts, newest first, of one number and one day.
func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for i := range 5 {
		b.send(t, "OutId", strconv.Itoa(i))
	}
	b.send(t, "PhoneNumbers", "12025550123")
	list := func(pairs ...string) (ids []string, total string) {
		m := membersOf(t, b.details(t, "", pairs...))
		for _, row := range m["SmsSendDetailDTOs"].(map[string]any)["SmsSendDetailDTO"].([]any) {
			ids = append(ids, row.(map[string]any)["OutId"].(string))
		}
		return ids, m["TotalCount"].(string)
	}
	for page, want := range map[string][]string{"1": {"4", "3"}, "2": {"2", "1"}, "3": {"0"}, "4": nil} {
		ids, total := list("PageSize", "2", "CurrentPage", page)
		require.Equal(t, want, ids, page)
		require.Equal(t, "5", total)
	}
	_, total := list("PhoneNumber", "12025550123")
	require.Equal(t, "1", total)
	require.Contains(t, string(b.details(t, "", "PhoneNumber", "12025550123").Reply), `"PhoneNum":"12025550123"`)
	_, total = list("SendDate", "20231114")
	require.Equal(t, "0", total, "another day in Beijing")
	b.clock.Advance(31 * 24 * time.Hour)
	requireCode(t, b.details(t, ""), "isv.INVALID_PARAMETERS", "SendDate: more than 30 days ago")
}
