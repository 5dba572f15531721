package aliyun_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func readFiling(sign string, changes ...func(*aliyun.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, aliyun.New, newConfig(client), changes...).ReadFiling(t.Context(), sign)
	}
}

// signedTemplates leaves the account without a signature.
func signedTemplates(cfg *aliyun.Config) {
	cfg.Sign, cfg.Templates = "", provider.Templates{"login": {ID: "SMS_1", Sign: "示例签名"}}
}

func TestFiling(t *testing.T) {
	t.Parallel()
	done := time.Date(2026, time.January, 2, 8, 3, 4, 0, received.Location())
	wiretest.Requests(t, []wiretest.Request{
		{
			Name: "of the account", Call: readFiling(""), Reply: wiretest.Read(t, "reply-sign.json"), Golden: "request-filing.http",
			Want: aliyun.Filing{Sign: "示例签名", Approved: true, Carriers: []aliyun.CarrierFiling{
				{Carrier: "mobile", State: aliyun.FilingProven, At: done},
				{Carrier: "unicom", State: aliyun.FilingPending},
				{Carrier: "telecom", State: aliyun.FilingLapsed, At: done},
			}},
		},
		{Name: "of another one", Call: readFiling("示例商城"), Reply: `{"Code":"OK"}`, Want: aliyun.Filing{Sign: "示例商城"}, Golden: "request-filing-other.http"},
	})
	wiretest.Table{Call: readFiling(""), Begins: "aliyun: filing: "}.Replies(t, []wiretest.Reply{
		{
			Name: "members of other types", Reply: `{"Code":"OK","SignStatus":"1","SignIspRegisterDetailList":[{"OperatorCode":7,"RegisterStatus":"soon"},null]}`,
			Want: aliyun.Filing{Sign: "示例签名", Approved: true, Carriers: []aliyun.CarrierFiling{{Carrier: "7"}}},
		},
		{Name: "a list that is none", Reply: `{"Code":"OK","SignIspRegisterDetailList":7}`, Want: aliyun.Filing{Sign: "示例签名"}},
		{Name: "no such signature", Reply: `{"Code":"isv.SMS_SIGNATURE_ILLEGAL"}`, Kind: provider.KindSignature, Code: "isv.SMS_SIGNATURE_ILLEGAL"},
	})
	wiretest.Table{Begins: "aliyun: filing: "}.BadInput(t, []wiretest.Input{
		{Name: "no signature", Call: readFiling("", signedTemplates), Kind: provider.KindSignature, Names: "sign: "},
		{Name: "brackets", Call: readFiling("【示例】"), Kind: provider.KindSignature, Names: "Sign: "},
	})
}

func TestFilingStates(t *testing.T) {
	t.Parallel()
	var names []string
	for s := aliyun.FilingUnknown; s <= aliyun.FilingProven+1; s++ {
		names = append(names, fmt.Sprint(s, " ", s.Sends()))
	}
	require.Equal(t, []string{
		"unknown false", "none false", "pending false", "failed false", "unproven true", "lapsed false", "proven true", "FilingState(7) false",
	}, names)
}
