package aliyunsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

// vectorDate and vectorNonce are those of the vectors that were computed with an
// independent script, and with the vendor's Go core.
const (
	vectorDate  = "2026-01-02T03:04:05Z"
	vectorNonce = "0123456789abcdef0123456789abcdef"
)

var (
	vectorSend = url.Values{
		"OutId": {"a b*~'"}, "PhoneNumbers": {phone}, "SignName": {signName}, "TemplateCode": {"SMS_154950909"}, "TemplateParam": {`{"code":"1234"}`},
	}
	vectorCode = url.Values{
		"CodeLength": {"6"}, "PhoneNumber": {phone}, "SignName": {"速通互联验证码"}, "TemplateCode": {"100001"}, "TemplateParam": {`{"code":"##code##","min":"5"}`},
	}
)

// vectorServer has the clock of the vectors.
func vectorServer() *sim.Server {
	account := New(Config{AccessKeyID: keyID, AccessKeySecret: keySecret})
	clock := wiretest.NewClock(time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC))
	return sim.New(sim.Config{Now: clock.Now}, account, account.Verification())
}

// TestV3Vectors has the public vector of the document, those of an independent script,
// and that of the vendor's own tests.
func TestV3Vectors(t *testing.T) {
	t.Parallel()
	common := func(action, host, version, date, nonce, hash string) map[string]string {
		return map[string]string{
			"host": host, "x-acs-action": action, "x-acs-version": version, "x-acs-date": date, "x-acs-signature-nonce": nonce, "x-acs-content-sha256": hash,
		}
	}
	ours := func(action, host string, body string) map[string]string {
		return common(action, host, version, vectorDate, vectorNonce, sha256Hex([]byte(body)))
	}
	names := []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
	form := canonical(vectorCode, escape)
	require.Equal(t, "fff08f268851007e90d434748950c95f3446cfe6c5c67e9c76677e95586ed285", sha256Hex([]byte(form)))
	inForm := ours("SendSmsVerifyCode", codeHost, form)
	inForm["content-type"] = formType
	for _, tt := range []struct {
		name               string
		v                  v3
		secret             string
		request, signature string
	}{
		{
			"the document's",
			v3{
				query:         canonical(url.Values{"ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}, "RegionId": {"cn-shanghai"}}, escape),
				signedHeaders: names, headers: common("RunInstances", "ecs.cn-shanghai.aliyuncs.com", "2014-05-26", "2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d", sha256Hex(nil)),
			},
			"YourAccessKeySecret",
			"7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259", "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
		},
		{
			"a text",
			v3{query: canonical(vectorSend, escape), signedHeaders: names, headers: ours("SendSms", smsHost, "")},
			keySecret,
			"12b35866b59f6d9fe3aa9125e31cecd232080576cc0abe88425302f0a00ceeb6", "d8818a576d1575e455495cf5fdbc19088d42ce609f302f184aeeafe64fa772e8",
		},
		{
			"a code",
			v3{query: form, signedHeaders: names, headers: ours("SendSmsVerifyCode", codeHost, "")},
			keySecret,
			"95a088e5de77c1ec3dcea5f5e465d7034bce3defa15fce3b1d1898cb12247e5a", "cf9805507308bb0b11a3b0b3a6dd23722608b769bff7d921299e34c742d8d31f",
		},
		{
			"a code in a form",
			v3{signedHeaders: append([]string{"content-type"}, names...), headers: inForm},
			keySecret,
			"4ec8b3250fec91057e43a81a0f9ffe74aec3df817615d58241d9b82d2ea4e4f9", "d5073f14daf5539402645776f818fdc8526d2319e1847436fdf9a5924560f9b4",
		},
	} {
		tt.v.method, tt.v.path = http.MethodPost, "/"
		tt.v.payloadHash = tt.v.headers["x-acs-content-sha256"]
		require.Equal(t, tt.request, sha256Hex([]byte(tt.v.canonicalRequest())), tt.name)
		require.Equal(t, tt.signature, tt.v.signature(tt.secret), tt.name)
	}

	helper := v3{
		path: "/", query: canonical(url.Values{"test": {"ok"}, "empty": {""}}, escape), signedHeaders: []string{"x-acs-test"},
		headers: map[string]string{"x-acs-test": "http,https"}, payloadHash: "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
	}
	require.Equal(t, "4ab59fffe3c5738ff8a2729f90cc04fe18b02a4b15b2102cbaf92f9ff3df2ea3", helper.signature("secret"))
}

// TestV3VectorsArrive sends the independent vectors over the wire.
func TestV3VectorsArrive(t *testing.T) {
	t.Parallel()
	const names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	for _, tt := range []struct{ action, host, query, body, names, signature string }{
		{"SendSms", smsHost, canonical(vectorSend, escape), "", names, "d8818a576d1575e455495cf5fdbc19088d42ce609f302f184aeeafe64fa772e8"},
		{"SendSmsVerifyCode", codeHost, canonical(vectorCode, escape), "", names, "cf9805507308bb0b11a3b0b3a6dd23722608b769bff7d921299e34c742d8d31f"},
		{"SendSmsVerifyCode", codeHost, "", canonical(vectorCode, escape), "content-type;" + names, "d5073f14daf5539402645776f818fdc8526d2319e1847436fdf9a5924560f9b4"},
	} {
		s := vectorServer()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+tt.host+"/?"+tt.query, strings.NewReader(tt.body))
		require.NoError(t, err)
		r.Header = http.Header{
			"X-Acs-Action": {tt.action}, "X-Acs-Version": {version}, "X-Acs-Date": {vectorDate}, "X-Acs-Signature-Nonce": {vectorNonce},
			"X-Acs-Content-Sha256": {sha256Hex([]byte(tt.body))},
			"Authorization":        {"ACS3-HMAC-SHA256 Credential=" + keyID + ",SignedHeaders=" + tt.names + ",Signature=" + tt.signature},
		}
		if tt.body != "" {
			r.Header.Set("Content-Type", formType)
		}
		e := wiretest.Do(t, s, r)
		requireCode(t, e, "OK", "")
		require.Len(t, s.Texts(), 1)
	}
}

// TestV1Vectors has the public vectors of two documents, and those of an independent
// script.
func TestV1Vectors(t *testing.T) {
	t.Parallel()
	texts := url.Values{
		"AccessKeyId": {"testId"}, "Action": {"SendSms"}, "Format": {"XML"}, "OutId": {"123"}, "PhoneNumbers": {"15300000001"}, "RegionId": {"cn-hangzhou"},
		"SignName": {"阿里云短信测试专用"}, "SignatureMethod": {"HMAC-SHA1"}, "SignatureNonce": {"45e25e9b-0a6f-4070-8c85-2956eda1b466"}, "SignatureVersion": {"1.0"},
		"TemplateCode": {"SMS_71390007"}, "TemplateParam": {`{"customer":"test"}`}, "Timestamp": {"2017-07-12T02:42:19Z"}, "Version": {"2017-05-25"},
	}
	regions := url.Values{
		"AccessKeyId": {"testid"}, "Action": {"DescribeRegions"}, "Format": {"XML"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureNonce": {"3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"}, "SignatureVersion": {"1.0"}, "Timestamp": {"2016-02-23T12:46:24Z"}, "Version": {"2014-05-26"},
	}
	for _, tt := range []struct {
		name, secret string
		fields       url.Values
		get, post    string
	}{
		{"texts", "testSecret", texts, "zJDF+Lrzhj/ThnlvIToysFRq6t4=", "Xvhv7fPXrPkLVSnlt0jIr08o8NQ="},
		{"regions", "testsecret", regions, "OLeaidS1JvxuMvnyHOwuJ+uX5qY=", "MxbnVAM4w6sft9xjVpe/GCKueuk="},
		{"a code", keySecret, v1CodeFields(), "VJBkf9B8CKqUE22qJ6b/qijLJqw=", "LTA1I8//xRnlGzJFVZTcSPU5YbY="},
	} {
		require.Equal(t, tt.get, v1{method: http.MethodGet, fields: tt.fields}.signature(tt.secret+"&"), tt.name)
		require.Equal(t, tt.post, v1{method: http.MethodPost, fields: tt.fields}.signature(tt.secret+"&"), tt.name)
	}
}

// v1CodeFields are those of a request for a code with the old signature.
func v1CodeFields() url.Values {
	return merged(vectorCode, url.Values{
		"AccessKeyId": {keyID}, "Action": {"SendSmsVerifyCode"}, "Format": {"JSON"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureNonce": {vectorNonce}, "SignatureVersion": {"1.0"}, "Timestamp": {vectorDate}, "Version": {version},
	})
}

// TestV1VectorsArrive sends the independent vectors over the wire: all in the query, all
// in a form, and the fields of the call in a form beside the others.
func TestV1VectorsArrive(t *testing.T) {
	t.Parallel()
	const get, post = "VJBkf9B8CKqUE22qJ6b/qijLJqw=", "LTA1I8//xRnlGzJFVZTcSPU5YbY="
	common := without(v1CodeFields(), "")
	for name := range vectorCode {
		common.Del(name)
	}
	signed := func(fields url.Values, signature string) string {
		return merged(fields, url.Values{"Signature": {signature}}).Encode()
	}
	for _, tt := range []struct{ method, query, body string }{
		{http.MethodGet, signed(v1CodeFields(), get), ""},
		{http.MethodPost, signed(v1CodeFields(), post), ""},
		{http.MethodPost, "", signed(v1CodeFields(), post)},
		{http.MethodPost, signed(common, post), vectorCode.Encode()},
		{http.MethodPost, vectorCode.Encode(), signed(common, post)},
	} {
		s := vectorServer()
		e := wiretest.Ask(t, s, tt.method, "/?"+tt.query, tt.body, http.Header{"Content-Type": {formType}})
		requireCode(t, e, "OK", "")
		require.Equal(t, "aliyun-verification", e.Service)
	}
}
