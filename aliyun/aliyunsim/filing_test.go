package aliyunsim

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestDeliver reports at once, and tells what does not arrive.
func TestDeliver(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Deliver: true, Blocked: []string{"+8613900139000"}, Signs: map[string]Sign{
		signName: {Filing: Filing{Unicom: BeingFiled, Telecom: FilingLapsed}}, "另一签名": {Filing: Filing{Mobile: FilingProven, Unicom: FilingFailed, Telecom: NotFiled}},
	}})
	for _, tt := range []struct{ sign, number, code string }{
		{signName, "13800138000", "DELIVERED"},
		{signName, "13000130000", "PORT_NOT_REGISTERED"},
		{signName, "13300133000", "PORT_NOT_REGISTERED"},
		{signName, "13490134900", "PORT_NOT_REGISTERED"}, // 1349 is telecom's
		{signName, "13480134800", "DELIVERED"},
		{signName, "17000170000", "PORT_NOT_REGISTERED"},
		{signName, "17030170300", "DELIVERED"},
		{signName, "17090170900", "PORT_NOT_REGISTERED"},
		{signName, "12025550123", "DELIVERED"},
		{"另一签名", "13800138000", "DELIVERED"},
		{"另一签名", "13000130000", "PORT_NOT_REGISTERED"},
		{"另一签名", "13300133000", "PORT_NOT_REGISTERED"},
	} {
		e := b.send(t, "SignName", tt.sign, "PhoneNumbers", tt.number)
		requireCode(t, e, "OK", "")
		require.Contains(t, string(b.details(t, "", "PhoneNumber", tt.number, "BizId", e.Accepted[0].ID).Reply), `"ErrCode":"`+tt.code+`"`, tt.number)
	}
	for number, code := range map[string]string{"13000130000": "DELIVERED", "13900139000": "MOBILE_IN_BLACK"} {
		requireCode(t, b.sendCode(t, "PhoneNumber", number), "OK", "")
		require.Contains(t, string(b.details(t, codeHost, "PhoneNumber", number).Reply), `"ErrCode":"`+code+`"`, "the given signatures are filed")
	}
}

// TestPrefixes: every prefix belongs to one carrier.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	n := 0
	for _, list := range prefixes {
		n += len(strings.Fields(list))
	}
	require.Len(t, carriers, n)
	require.Empty(t, carrierOf("+8616800168000"))
	require.Empty(t, carrierOf("+861"))
}

func TestSignState(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Signs: map[string]Sign{
		"甲": {}, "乙": {State: SignInReview, Filing: Filing{Mobile: NotFiled, Unicom: NotFiled, Telecom: NotFiled}},
		"丙": {State: SignWithdrawn, Filing: Filing{Unicom: FilingFailed}}, "丁": {Filing: Filing{Mobile: FilingProven, Telecom: FilingLapsed}},
	}})
	state := func(name string) sim.Exchange {
		return b.do(t, ask{action: "GetSmsSign", fields: url.Values{"SignName": {name}}}.v1(t, b))
	}
	for name, want := range map[string]struct{ status, result, mobile, telecom, unicom int }{
		"甲": {1, 1, 1, 1, 1}, "乙": {0, -1, -2, -2, -2}, "丙": {10, 0, 1, 1, 0}, "丁": {1, 2, 3, 2, 1},
	} {
		m := membersOf(t, state(name))
		require.Equal(t, name, m["SignName"])
		require.Equal(t, "2", m["SignTag"])
		require.EqualValues(t, want.status, m["SignStatus"], name)
		require.EqualValues(t, want.result, m["RegisterResult"], name)
		require.Equal(t, []any{
			map[string]any{"OperatorCode": "mobile", "RegisterStatus": float64(want.mobile)},
			map[string]any{"OperatorCode": "telecom", "RegisterStatus": float64(want.telecom)},
			map[string]any{"OperatorCode": "unicom", "RegisterStatus": float64(want.unicom)},
		}, m["SignIspRegisterDetailList"], name)
	}
	requireCode(t, state("戊"), "isv.SMS_SIGNATURE_ILLEGAL", "SignName: no such")
	b = newBench(Config{})
	requireCode(t, state("戊"), "OK", "")
}
