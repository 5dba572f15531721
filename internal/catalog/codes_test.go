package catalog

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

func codesOf(t *testing.T, adapter string) facts.Codes {
	t.Helper()
	for _, a := range Adapters() {
		if a.Name == adapter {
			return a.Codes
		}
	}
	t.Fatalf("no adapter %s", adapter)
	return facts.Codes{}
}

// Only a code that says that nothing was sent is certain: "unknown", "internal", "not
// recorded", "busy" and "failed" do not say it.
func TestF5(t *testing.T) {
	t.Parallel()
	gateway := map[string]bool{ // in front of both products of Aliyun
		"ServiceUnavailable": true, "InternalError": true, "SignatureNonceUsed": true,
		"SignatureDoesNotMatch": false, "InvalidAccessKeyId.NotFound": false, "Forbidden.RAM": false, "Throttling": false, "Throttling.Api": false,
		"InvalidTimeStamp.Expired": false, "InvalidAction.NotFound": false, "MissingParameter.X": false,
	}
	for adapter, codes := range map[string]map[string]bool{
		"aliyun": {
			"isp.SYSTEM_ERROR": true, "isp.GATEWAY_ERROR": true,
			"IS_CLOSE": false, "isv.BUSINESS_LIMIT_CONTROL": false, "isv.OUT_OF_SERVICE": false, "PORT_NOT_REGISTERED": false, "isv.INVALID_PARAMETERS": false,
		},
		"aliyun-verification": {
			"isp.SYSTEM_ERROR": true, "isp.UNKNOWN_ERR_CODE": true,
			"biz.FREQUENCY": false, "BUSINESS_LIMIT_CONTROL": false, "isv.OUT_OF_SERVICE": false, "isv.INVALID_PARAMETERS": false, "isv.ValidateFail": false,
		},
		"ronglian": {
			"111000": true, "111050": true, "160000": true, "160005": true, "160050": true, "160063": true, "161000": true,
			"161001": true, "161003": true, "161004": true, "161008": true, "161012": true, "161021": true, "161022": true,
			"161023": true, "161024": true, "161031": true, "112326": true, "112356": true, "112600": true, "112605": true, "112613": true,

			"160012": false, "160014": false, "161002": false, "161005": false, "161020": false, "112302": false, "112606": false,
			"160056": true, "160015": false, "111142": false, "160032": false,
		},
		"zhenzi": {"1000": true, "108": false, "109": false},
		"ihuyi":  {"0": true, "405": false, "4085": false},
		"mob":    {"418": true, "473": true, "500": true, "477": false, "470": false},
		"bmob":   {"500": true, "10007": true, "10200": true, "110": false, "10010": false},
		"tencent": {
			"InternalError": true, "FailedOperation": true, "ResponseSizeLimitExceeded": true, "ResponseSizeLimitExceeded.X": true,
			"ServiceUnavailable": false, "LimitExceeded.AppDailyLimit": false, "RequestSizeLimitExceeded": false,
		},
	} {
		if strings.HasPrefix(adapter, "aliyun") {
			maps.Copy(codes, gateway)
		}
		for code, want := range codes {
			row, ok := codesOf(t, adapter).Lookup(code)
			require.True(t, ok, "%s %s", adapter, code)
			require.Equal(t, want, row.MayHaveSent, "%s %s %s", adapter, code, row.Words)
		}
	}
	for _, code := range []string{"216", "218"} {
		row, ok := codesOf(t, "mob").Table("custom").Lookup(code)
		require.True(t, ok)
		require.True(t, row.MayHaveSent, code)
	}
}

// The same words mean the same at every service. Reports tell of a text that was sent,
// and the relay's own table says beside each state what it means.
func TestF5SameWords(t *testing.T) {
	t.Parallel()
	vague := []string{"未知", "系统错误", "系统位置错误", "内部错误", "服务器内部", "访问异常", "调用异常", "繁忙", "busy", "短信发送失败", "发送短信失败", "提交失败", "操作失败", "入库失败", "not documented"}
	for _, a := range Adapters() {
		if a.Name == "relay" {
			continue
		}
		for _, table := range append(a.Codes.Tables(), "") {
			codes := a.Codes
			if table != "" {
				codes = a.Codes.Table(table)
			}
			if table == "report" {
				continue
			}
			for row := range codes.All() {
				isVague := row.Kind == provider.KindUnknown && !row.OK
				for _, words := range vague {
					isVague = isVague || strings.Contains(row.Words, words) && row.Kind == provider.KindUnavailable
				}
				if isVague {
					require.True(t, row.MayHaveSent, "%s %s %s", a.Name, row.Code, row.Words)
				}
			}
		}
	}
}

// A limit of the account that counts by the day lasts until midnight.
func TestF7(t *testing.T) {
	t.Parallel()
	mobRow, _ := codesOf(t, "mob").Lookup("476")
	require.True(t, mobRow.UntilMidnight)
	daily := 0
	for row := range codesOf(t, "tencent").All() {
		isDaily := row.Scope == provider.ScopeAccount && strings.HasSuffix(row.Code, "DailyLimit")
		require.Equal(t, isDaily, row.UntilMidnight, row.Code)
		if isDaily {
			daily++
		}
	}
	require.Equal(t, 5, daily)
}
