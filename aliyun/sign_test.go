package aliyun_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/provider/adapter"
)

// vectors are that of the vendor's page on signature V3, and those that its own Go
// function and an independent script agree on; see testdata/README.md.
var vectors = []struct {
	name, id, secret, host, query, body string
	action, version, date, nonce        string
	want                                string
}{
	{
		name: "the vendor's page", id: "YourAccessKeyId", secret: "YourAccessKeySecret", host: "ecs.cn-shanghai.aliyuncs.com",
		query:  "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
		action: "RunInstances", version: "2014-05-26", date: "2023-10-26T10:22:32Z", nonce: "3156853299f313e23d1673dc12e1703d",
		want: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
	},
	{
		name: "SendSms in the query", id: "testId", secret: "testSecret", host: "dysmsapi.aliyuncs.com",
		query: "OutId=a%20b%2A~%27&PhoneNumbers=13800138000&SignName=%E7%A4%BA%E4%BE%8B%E7%AD%BE%E5%90%8D&TemplateCode=SMS_154950909" +
			"&TemplateParam=%7B%22code%22%3A%221234%22%7D",
		action: "SendSms", version: "2017-05-25", date: "2026-01-02T03:04:05Z", nonce: "0123456789abcdef0123456789abcdef",
		want: "d8818a576d1575e455495cf5fdbc19088d42ce609f302f184aeeafe64fa772e8",
	},
	{
		name: "SendSmsVerifyCode in the query", id: "testId", secret: "testSecret", host: "dypnsapi.aliyuncs.com", query: given,
		action: "SendSmsVerifyCode", version: "2017-05-25", date: "2026-01-02T03:04:05Z", nonce: "0123456789abcdef0123456789abcdef",
		want: "cf9805507308bb0b11a3b0b3a6dd23722608b769bff7d921299e34c742d8d31f",
	},
	{
		name: "SendSmsVerifyCode in the body", id: "testId", secret: "testSecret", host: "dypnsapi.aliyuncs.com", body: given,
		action: "SendSmsVerifyCode", version: "2017-05-25", date: "2026-01-02T03:04:05Z", nonce: "0123456789abcdef0123456789abcdef",
		want: "d5073f14daf5539402645776f818fdc8526d2319e1847436fdf9a5924560f9b4",
	},
}

const given = "CodeLength=6&PhoneNumber=13800138000&SignName=%E9%80%9F%E9%80%9A%E4%BA%92%E8%81%94%E9%AA%8C%E8%AF%81%E7%A0%81&TemplateCode=100001" +
	"&TemplateParam=%7B%22code%22%3A%22%23%23code%23%23%22%2C%22min%22%3A%225%22%7D"

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			sum := sha256.Sum256([]byte(v.body))
			headers := map[string]string{
				"host": v.host, "x-acs-action": v.action, "x-acs-version": v.version, "x-acs-date": v.date, "x-acs-signature-nonce": v.nonce,
				"x-acs-content-sha256": hex.EncodeToString(sum[:]),
			}
			names := "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
			if v.body != "" {
				headers["content-type"] = "application/x-www-form-urlencoded"
				names = "content-type;" + names
			}
			got := aliyun.Authorization(v.id, v.secret, v.query, headers, v.body)
			require.Equal(t, "ACS3-HMAC-SHA256 Credential="+v.id+",SignedHeaders="+names+",Signature="+v.want, got)
		})
	}
}

// BenchmarkSign signs a request of the usual size.
func BenchmarkSign(b *testing.B) {
	headers := []adapter.Field{
		{Name: "content-type", Value: "application/x-www-form-urlencoded"},
		{Name: "host", Value: "dypnsapi.aliyuncs.com"},
		{Name: "x-acs-action", Value: "SendSms"},
		{Name: "x-acs-content-sha256", Value: strings.Repeat("0", 64)},
		{Name: "x-acs-date", Value: "2026-01-02T03:04:05Z"},
		{Name: "x-acs-signature-nonce", Value: strings.Repeat("A", 24)},
		{Name: "x-acs-version", Value: "2017-05-25"},
	}
	bodyHash := strings.Repeat("0", 64)
	b.ReportAllocs()
	for b.Loop() {
		aliyun.Sign("testId", "testSecret", headers, bodyHash)
	}
}
