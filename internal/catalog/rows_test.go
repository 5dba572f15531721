package catalog_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/zhenzi"
)

var (
	byID   = provider.Templates{"login": {ID: "1", Params: []string{"code"}}}
	byCode = provider.Templates{"login": {ID: "SMS_1", Params: []string{"code"}}}
	byText = provider.Templates{"login": {Text: "{code}"}}
	login  = provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{provider.ParamCode: "042137"},
	}
)

// credential stands in every field of a configuration that the service knows the account
// by, unless a test puts something else there.
const credential = "providertest0secret"

// account builds an adapter around one credential field.
type account struct {
	adapter, field string
	new            func(value string, client *http.Client) (provider.Provider, error)
}

// ours is an adapter's New, with its configuration made elsewhere.
func ours[P provider.Provider](p P, err error) (provider.Provider, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

// accounts has each adapter once for each of its credential fields.
var accounts = []account{
	{"aliyun", "AccessKeyID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.New(aliyun.Config{AccessKeyID: v, AccessKeySecret: credential, Sign: "签", Templates: byCode, HTTPClient: c}))
	}},
	{"aliyun", "AccessKeySecret", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.New(aliyun.Config{AccessKeyID: credential, AccessKeySecret: provider.Secret(v), Sign: "签", Templates: byCode, HTTPClient: c}))
	}},
	{"aliyun", "SecurityToken", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.New(aliyun.Config{AccessKeyID: credential, AccessKeySecret: credential, SecurityToken: provider.Secret(v), Sign: "签", Templates: byCode, HTTPClient: c}))
	}},
	{"aliyun-verification", "AccessKeyID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.NewVerification(aliyun.VerificationConfig{AccessKeyID: v, AccessKeySecret: credential, Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"aliyun-verification", "AccessKeySecret", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.NewVerification(aliyun.VerificationConfig{AccessKeyID: credential, AccessKeySecret: provider.Secret(v), Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"aliyun-verification", "SecurityToken", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(aliyun.NewVerification(aliyun.VerificationConfig{AccessKeyID: credential, AccessKeySecret: credential, SecurityToken: provider.Secret(v), Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"bmob", "AppID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(bmob.New(bmob.Config{AppID: v, RESTKey: credential, Templates: byID, HTTPClient: c}))
	}},
	{"bmob", "RESTKey", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(bmob.New(bmob.Config{AppID: credential, RESTKey: provider.Secret(v), Templates: byID, HTTPClient: c}))
	}},
	{"bmob", "SecretKey", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(bmob.New(bmob.Config{SecretKey: provider.Secret(v), SafeCode: credential, Templates: byID, HTTPClient: c}))
	}},
	{"bmob", "SafeCode", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(bmob.New(bmob.Config{SecretKey: credential, SafeCode: provider.Secret(v), Templates: byID, HTTPClient: c}))
	}},
	{"ihuyi", "Account", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(ihuyi.New(ihuyi.Config{Account: v, APIKey: credential, Templates: byID, HTTPClient: c}))
	}},
	{"ihuyi", "APIKey", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(ihuyi.New(ihuyi.Config{Account: credential, APIKey: provider.Secret(v), Templates: byID, HTTPClient: c}))
	}},
	{"mob", "AppKey", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(mob.New(mob.Config{AppKey: provider.Secret(v), Templates: byID, HTTPClient: c}))
	}},
	{"relay", "Token", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(relay.New(relay.Config{Token: provider.Secret(v), BaseURL: "https://relay.example.com", Templates: byText, HTTPClient: c}))
	}},
	{"ronglian", "AccountSID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(ronglian.New(ronglian.Config{AccountSID: v, AuthToken: credential, AppID: credential, Templates: byID, HTTPClient: c}))
	}},
	{"ronglian", "AuthToken", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(ronglian.New(ronglian.Config{AccountSID: credential, AuthToken: provider.Secret(v), AppID: credential, Templates: byID, HTTPClient: c}))
	}},
	{"ronglian", "AppID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(ronglian.New(ronglian.Config{AccountSID: credential, AuthToken: credential, AppID: v, Templates: byID, HTTPClient: c}))
	}},
	{"tencent", "SecretID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(tencent.New(tencent.Config{SecretID: provider.Secret(v), SecretKey: credential, AppID: credential, Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"tencent", "SecretKey", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(tencent.New(tencent.Config{SecretID: credential, SecretKey: provider.Secret(v), AppID: credential, Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"tencent", "Token", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(tencent.New(tencent.Config{
			SecretID: credential, SecretKey: credential, Token: provider.Secret(v), AppID: credential, Sign: "签", Templates: byID, HTTPClient: c,
		}))
	}},
	{"tencent", "AppID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(tencent.New(tencent.Config{SecretID: credential, SecretKey: credential, AppID: v, Sign: "签", Templates: byID, HTTPClient: c}))
	}},
	{"zhenzi", "AppID", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(zhenzi.New(zhenzi.Config{AppID: v, AppSecret: credential, Templates: byID, HTTPClient: c}))
	}},
	{"zhenzi", "AppSecret", func(v string, c *http.Client) (provider.Provider, error) {
		return ours(zhenzi.New(zhenzi.Config{AppID: credential, AppSecret: provider.Secret(v), Templates: byID, HTTPClient: c}))
	}},
}

// newOf builds an adapter that gets that reply.
func newOf(t *testing.T, adapter, reply string) provider.Provider {
	t.Helper()
	for _, a := range accounts {
		if a.adapter == adapter {
			p, err := a.new(credential, (&wiretest.Stub{Reply: reply}).Client())
			require.NoError(t, err)
			return p
		}
	}
	t.Fatalf("no adapter %q", adapter)
	return nil
}

// spoiled are credentials as they come out of files, web pages and terminals.
func spoiled() []string {
	var all []string
	for _, extra := range []string{"\n", "\r\n", " ", "\t", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2028", "\ufe0f", "\u2060", "\x00", "\x7f", "é", "１", "“"} {
		all = append(all, credential+extra, extra+credential, credential[:4]+extra+credential[4:])
	}
	return all
}

func TestC3EveryCredentialFieldIsChecked(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, a := range accounts {
		met[a.adapter] = true
		_, err := a.new(credential, nil)
		require.NoError(t, err, a.adapter)
		for _, value := range spoiled() {
			_, err := a.new(value, nil)
			require.ErrorContains(t, err, a.field+": ", "%s: %+q", a.adapter, value)
			require.NotContains(t, err.Error(), credential)
		}
	}
	for _, adapter := range catalog.Adapters() {
		require.True(t, met[adapter.Name], adapter.Name)
	}
	for _, value := range spoiled() {
		_, err := mob.NewSDKVerifier(mob.Config{AppKey: provider.Secret(value)})
		require.ErrorContains(t, err, "AppKey: ")
		_, err = phone.New(phone.Config{BaseURL: "https://relay.example.com", Token: provider.Secret(value), Sender: &phone.Fake{}})
		require.ErrorContains(t, err, "Token: ")
		err = gateway.Config{Tokens: []gateway.Token{{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken(value)}}}.Validate()
		require.ErrorContains(t, err, "Tokens[0].Hash: ")
	}
}

// TestC3EveryFieldIsKnown looks for credential fields that the list above lacks: those of
// the type Secret.
func TestC3EveryFieldIsKnown(t *testing.T) {
	t.Parallel()
	for adapter, config := range map[string]any{
		"aliyun": aliyun.Config{}, "aliyun-verification": aliyun.VerificationConfig{}, "bmob": bmob.Config{}, "ihuyi": ihuyi.Config{}, "mob": mob.Config{}, "relay": relay.Config{},
		"ronglian": ronglian.Config{}, "tencent": tencent.Config{}, "zhenzi": zhenzi.Config{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(config)) {
			if field.Type != reflect.TypeFor[provider.Secret]() {
				continue
			}
			known := false
			for _, a := range accounts {
				known = known || a.adapter == adapter && a.field == field.Name
			}
			require.True(t, known, "%s.Config.%s", adapter, field.Name)
		}
	}
}

// TestR1R2R3R6AcceptedReplies has successes in other spellings, with other types where
// nothing depends on them, without an id, and behind marks or as XML.
func TestR1R2R3R6AcceptedReplies(t *testing.T) {
	t.Parallel()
	const ok = `"PhoneNumber":"+8613800138000","Code":"Ok"`
	tests := []struct{ row, adapter, reply, id string }{
		{"R1", "ihuyi", `{"code":2.0,"msg":"x","smsid":"77"}`, "77"},
		{"R1", "ihuyi", `{"code":2e0,"msg":"x","smsid":"77"}`, "77"},
		{"R1", "ihuyi", `{"code":"2.0","smsid":"77"}`, "77"},
		{"R1", "zhenzi", `{"code":0.0,"data":"x"}`, "*"},
		{"R1", "zhenzi", `{"code":-0,"data":"x"}`, "*"},
		{"R1", "mob", `{"status":200.0}`, "*"},
		{"R1", "mob", `{"status":2e2}`, "*"},
		{"R1", "bmob", `{"code":0.0,"smsId":77}`, "77"},
		{"R2", "aliyun", `{"Code":"OK","BizId":77,"Message":{},"RequestId":5}`, "77"},
		{"R2", "aliyun", `{"Code":"OK","BizId":"77","Success":"x","Model":[],"SmsSendDetailDTOs":1}`, "77"},
		{"R2", "aliyun-verification", `{"Code":"OK","Success":"true","Message":[],"Model":{"BizId":77,"VerifyResult":{}}}`, "77"},
		{"R2", "aliyun-verification", `{"Code":"OK","Model":{"BizId":"77"},"RequestId":{}}`, "77"},
		{"R2", "tencent", `{"Response":{"SendStatusSet":[{"SerialNo":"77",` + ok + `,"Fee":"1"}],"RequestId":"x"}}`, "77"},
		{"R2", "tencent", `{"Response":{"SendStatusSet":[{"SerialNo":77,` + ok + `,"Fee":{},"Message":[],"SessionContext":1}],"RequestId":5}}`, "77"},
		{"R2", "tencent", `{"Response":{"SendStatusSet":[{"SerialNo":"77",` + ok + `,"Fee":-1.5}]}}`, "77"},
		{"R2", "ihuyi", `{"code":2,"msg":{},"smsid":77,"num":[]}`, "77"},
		{"R2", "mob", `{"status":200,"error":{}}`, "*"},
		{"R2", "bmob", `{"smsId":77,"msg":{},"verify_state":"x","sms_state":1}`, "77"},
		{"R2", "ronglian", `{"statusCode":"000000","statusMsg":{},"templateSMS":{"smsMessageSid":77},"reports":1,"Account":"x"}`, "77"},
		{"R3", "ihuyi", `{"code":2}`, ""},
		{"R3", "ihuyi", `{"code":2,"smsid":0}`, ""},
		{"R3", "ronglian", `{"statusCode":"000000"}`, ""},
		{"R3", "ronglian", `{"statusCode":"000000","templateSMS":null}`, ""},
		{"R3", "ronglian", `{"statusCode":"000000","templateSMS":"x"}`, ""},
		{"R3", "tencent", `{"Response":{"SendStatusSet":[{` + ok + `}]}}`, ""},
		{"R3", "tencent", `{"Response":{"SendStatusSet":[{"SerialNo":null,` + ok + `}]}}`, ""},
		{"R3", "aliyun", `{"Code":"OK"}`, ""},
		{"R3", "aliyun", `{"Code":"OK","BizId":null}`, ""},
		{"R3", "aliyun-verification", `{"Code":"OK","Success":true}`, ""},
		{"R3", "aliyun-verification", `{"Code":"OK","Success":true,"Model":"x"}`, ""},
		{"R3", "bmob", `{"smsId":""}`, ""},
		{"R3", "bmob", `{"msg":"ok"}`, ""},
		{"R6", "ihuyi", "\ufeff\ufeff" + `{"code":2,"smsid":"77"}`, "77"},
		{"R6", "aliyun", "\ufeff\ufeff" + `{"Code":"OK","BizId":"77"}`, "77"},
		{"R6", "aliyun-verification", "\ufeff" + `{"Code":"OK","Model":{"BizId":"77"}}`, "77"},
		{"R6", "zhenzi", "\r\n\ufeff" + `{"code":0}`, "*"},
		{"R6", "ihuyi", `<?xml version="1.0" encoding="utf-8"?><SubmitResult xmlns="http://106.ihuyi.com/"><code>2</code><msg>提交成功</msg><smsid>77</smsid></SubmitResult>`, "77"},
		{"R6", "ihuyi", "\ufeff\r\n<SubmitResult>\n <code> 2 </code>\n <smsid>\n77 </smsid></SubmitResult>\r\n", "77"},
		{"R6", "ihuyi", `<SubmitResult><code>2</code></SubmitResult>`, ""},
		{"R6", "ihuyi", `<?xml version="1.0" encoding="utf8"?><SubmitResult><code>2</code><smsid>77</smsid></SubmitResult>`, "77"},
		{"R6", "ihuyi", `<?xml version="1.0" encoding="GBK"?><SubmitResult><code>2</code><msg>` + "\xcc\xe1\xbd\xbb\xb3\xc9\xb9\xa6" + `</msg><smsid>77</smsid></SubmitResult>`, "77"},
	}
	for _, tt := range tests {
		t.Run(tt.row+" "+tt.adapter+" "+tt.reply, func(t *testing.T) {
			t.Parallel()
			receipt, err := newOf(t, tt.adapter, tt.reply).Send(t.Context(), login)
			require.NoError(t, err)
			require.Equal(t, login.To, receipt.To)
			if tt.id != "*" { // an id of the adapter's own
				require.Equal(t, tt.id, receipt.ID)
			}
		})
	}
}

// TestR1UncertainReplies has what no service documents.
func TestR1UncertainReplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		adapter, reply string
		kind           provider.Kind
	}{
		{"aliyun", `{"Code":"ok","BizId":"77"}`, provider.KindUnknown},
		{"aliyun", `{"Code":"OK.1","BizId":"77"}`, provider.KindUnknown},
		{"aliyun", `{"Message":"OK","BizId":"77"}`, provider.KindUnavailable},
		{"aliyun", `{}`, provider.KindUnavailable},
		{"aliyun-verification", `{"Code":"ok","Success":true,"Model":{"BizId":"77"}}`, provider.KindUnknown},
		{"aliyun-verification", `{"Code":"OK","Success":false,"Model":{"BizId":"77"}}`, provider.KindUnavailable},
		{"aliyun-verification", `{"Code":"OK","Success":"False","Model":{"BizId":"77"}}`, provider.KindUnavailable},
		{"aliyun-verification", `{"Success":true,"Model":{"BizId":"77"}}`, provider.KindUnavailable},
		{"tencent", `{"Response":{"SendStatusSet":[{"SerialNo":"77","PhoneNumber":"+8613800138000","Code":"ok","Fee":1}]}}`, provider.KindUnknown},
		{"tencent", `{"Response":{"Error":{"Code":"Ok"},"RequestId":"x"}}`, provider.KindUnknown},
		{"ihuyi", `{"code":3,"smsid":"77"}`, provider.KindUnknown},
		{"ihuyi", `{"code":2.5,"smsid":"77"}`, provider.KindUnknown},
		{"ihuyi", `<SubmitResult><code>3</code></SubmitResult>`, provider.KindUnknown},
		{"ihuyi", `<SubmitResult><smsid>3</smsid></SubmitResult>`, provider.KindUnavailable},
		{"ihuyi", `<SubmitResult><code>2</code></SubmitResult><x/>`, provider.KindUnavailable},
		{"ihuyi", `<SubmitResult><code>2</code>`, provider.KindUnavailable},
		{"zhenzi", `{"code":1}`, provider.KindUnknown},
		{"mob", `{"status":299}`, provider.KindUnknown},
		{"ronglian", `{"statusCode":"0"}`, provider.KindUnknown},
		{"ronglian", `{"statusCode":0}`, provider.KindUnknown},
		{"bmob", `{"code":4,"error":"x"}`, provider.KindUnknown},
		{"bmob", `{"error":"x","smsId":5}`, provider.KindUnknown},
		{"bmob", `{}`, provider.KindUnavailable},
		{"bmob", `{"msg":"x"}`, provider.KindUnavailable},
		{"relay", `{"error":{"code":"new_code"}}`, provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.adapter+" "+tt.reply, func(t *testing.T) {
			t.Parallel()
			_, err := newOf(t, tt.adapter, tt.reply).Send(t.Context(), login)
			require.ErrorIs(t, err, tt.kind)
			require.True(t, provider.MayHaveSent(err), err)
		})
	}
}

// TestR3StatusWithoutAnID asks for a message that the service gave no id.
func TestR3StatusWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, adapter := range []string{"aliyun", "aliyun-verification", "bmob", "relay", "tencent", "zhenzi"} {
		p := newOf(t, adapter, `{}`)
		_, err := provider.ReadStatus(t.Context(), p, provider.Receipt{Provider: p.Name(), To: login.To})
		require.ErrorContains(t, err, "Receipt.ID: empty: the service gave this message no id", adapter)
	}
}

// TestC1EmptyCodeThroughEveryAdapter: nothing is sent.
func TestC1EmptyCodeThroughEveryAdapter(t *testing.T) {
	t.Parallel()
	for _, a := range accounts {
		for _, code := range []string{"", " ", "\u200b", "--"} {
			stub := &wiretest.Stub{}
			p, err := a.new(credential, stub.Client())
			require.NoError(t, err)
			m := login
			m.Params = provider.Params{provider.ParamCode: code}
			_, err = p.Send(t.Context(), m)
			require.ErrorIs(t, err, provider.KindTemplate, a.adapter)
			require.ErrorContains(t, err, `Params["code"]`, a.adapter)
			require.Empty(t, stub.Requests())
		}
	}
}

// held keeps a value where package fmt asks no type how it prints.
type held struct{ inner any }

// TestS2NoVerbShowsACredential prints providers, and what is behind their pointers, in
// every way.
func TestS2NoVerbShowsACredential(t *testing.T) {
	t.Parallel()
	sdk, err := mob.NewSDKVerifier(mob.Config{AppKey: credential})
	require.NoError(t, err)
	agent, err := phone.New(phone.Config{BaseURL: "https://relay.example.com", Token: credential, Sender: &phone.Fake{}})
	require.NoError(t, err)
	all := []any{sdk, reflect.ValueOf(sdk).Elem().Interface(), agent}
	for _, a := range accounts {
		p, err := a.new(credential, nil)
		require.NoError(t, err)
		all = append(all, p, reflect.ValueOf(p).Elem().Interface())
	}
	for _, one := range all {
		for _, value := range []any{one, held{one}, &held{one}, []any{one}, map[string]any{"x": one}, held{held{one}}} {
			for _, flags := range []string{"", "+", "#", " ", "-9", "+#"} {
				for verb := range strings.SplitSeq("v s q x X d t c e U p w T z b o", " ") {
					require.NotContains(t, fmt.Sprintf("%"+flags+verb, value), credential, "%T %%%s%s", one, flags, verb)
				}
			}
			require.NotContains(t, fmt.Sprint(fmt.Errorf("%w", fmt.Errorf("%v", value))), credential)
			if data, err := json.Marshal(value); err == nil {
				require.NotContains(t, string(data), credential)
			}
		}
	}
}

// TestS4StatusIsRedacted has services that put free text in the place of a code.
func TestS4StatusIsRedacted(t *testing.T) {
	t.Parallel()
	const words = "no 138-0013-8000, +8613800138000 or " + credential
	tests := []struct{ adapter, reply string }{
		{"aliyun", `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"PhoneNum":"13800138000","SendStatus":2,"ErrCode":"` + words + `"}]}}`},
		{"aliyun-verification", `{"Code":"OK","Model":[{"PhoneNum":"13800138000","SendStatus":2,"ErrCode":"` + words + `"}]}`},
		{"relay", `{"id":"77","state":"failed","failure":{"class":"` + words + `","text":"` + words + `"}}`},
		{"tencent", `{"Response":{"PullSmsSendStatusSet":[{"SerialNo":"77","PhoneNumber":"+8613800138000","ReportStatus":"FAIL","Description":"` + words + `"}]}}`},
		{"bmob", `{"sms_state":"` + words + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.adapter, func(t *testing.T) {
			t.Parallel()
			p := newOf(t, tt.adapter, tt.reply)
			status, err := provider.ReadStatus(t.Context(), p, provider.Receipt{Provider: p.Name(), ID: "77", To: login.To, At: time.Now()})
			require.NoError(t, err)
			for _, text := range []string{status.Code, status.Text} {
				for _, secret := range []string{"138-0013-8000", "13800138000", credential} {
					require.NotContains(t, text, secret)
				}
			}
			require.NotContains(t, status.Code, " ", "free text stands in Text")
			require.Contains(t, status.Text, "no ***")
		})
	}
}

func TestS4PulledReportsAreRedacted(t *testing.T) {
	t.Parallel()
	p := newOf(t, "tencent", `{"Response":{"PullSmsSendStatusSet":[
		{"SerialNo":"1","PhoneNumber":"+8613800138000","ReportStatus":"FAIL","Description":"number 138 0013 8000 is off"},
		{"SerialNo":"2","PhoneNumber":"+8613800138000","ReportStatus":"FAIL","Description":"MX:0011"},
		{"SerialNo":3,"PhoneNumber":"+8613800138000","ReportStatus":"SUCCESS","Description":"用户短信送达成功","UserReceiveTime":"1620734188"}]}}`)
	reports, err := provider.PullReports(t.Context(), p, provider.ReportDelivery, 0)
	require.NoError(t, err)
	require.Len(t, reports, 3)
	require.Equal(t, provider.Status{State: provider.StateFailed, Text: "number *** is off"}, reports[0].Status)
	require.Equal(t, provider.Status{State: provider.StateFailed, Kind: provider.KindBlocked, Code: "MX:0011"}, reports[1].Status)
	require.Equal(t, "用户短信送达成功", reports[2].Status.Text)
	require.Equal(t, "3", reports[2].ID)
	require.Equal(t, int64(1620734188), reports[2].At.Unix())
}

// TestC7TheLibrarysOwnWordsStay has a token that stands in every sentence.
func TestC7TheLibrarysOwnWordsStay(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"t", "no", "the", "id"} {
		config := relay.Config{Token: provider.Secret(token), BaseURL: "https://relay.example.com", Templates: byText}
		config.HTTPClient = (&wiretest.Stub{Status: http.StatusCreated, Reply: `{"id":"a","state":"cancelled"}`}).Client()
		p, err := relay.New(config)
		require.NoError(t, err)
		_, err = p.Send(t.Context(), login)
		require.ErrorContains(t, err, "no phone took the text in time")

		config.BaseURL, config.HTTPClient = "http://127.0.0.1:1", nil
		p, err = relay.New(config)
		require.NoError(t, err)
		_, err = p.Send(t.Context(), login)
		require.ErrorContains(t, err, "connection refused")
		require.NotContains(t, err.Error(), "***")
	}
}

// TestC2CodesAsTheyAreTyped checks with adapters themselves, without the front door.
func TestC2CodesAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	sdk := func(client *http.Client) (provider.Verifier, error) {
		return mob.NewSDKVerifier(mob.Config{AppKey: credential, HTTPClient: client})
	}
	plain := func(client *http.Client) (provider.Verifier, error) {
		return mob.New(mob.Config{AppKey: credential, HTTPClient: client, Templates: byID})
	}
	inBody := func(client *http.Client) (provider.Verifier, error) {
		return bmob.New(bmob.Config{AppID: credential, RESTKey: credential, HTTPClient: client, Templates: byID})
	}
	given := func(client *http.Client) (provider.Verifier, error) {
		return aliyun.NewVerification(aliyun.VerificationConfig{
			AccessKeyID: credential, AccessKeySecret: credential, Sign: "签", Templates: provider.Templates{"login": {ID: "100001"}}, HTTPClient: client,
		})
	}
	receipt := provider.Receipt{To: login.To, Code: provider.CodeByProvider}
	const ok = `{"status":200,"msg":"ok"}`
	tests := []struct {
		name, reply string
		new         func(*http.Client) (provider.Verifier, error)
	}{
		{"sdk", ok, sdk},
		{"mob", ok, plain},
		{"bmob", ok, inBody},
		{"aliyun-verification", `{"Code":"OK","Success":true,"Model":{"VerifyResult":"PASS"}}`, given},
	}
	for _, tt := range tests {
		for _, code := range []string{"042137 ", "042 137", "042137\n", "０４２１３７", "042-137", "\u200b042137", "٠٤٢١٣٧"} {
			stub := &wiretest.Stub{Reply: tt.reply}
			v, err := tt.new(stub.Client())
			require.NoError(t, err)
			require.NoError(t, v.Verify(t.Context(), receipt, code), "%s: %+q", tt.name, code)
			require.Contains(t, stub.Only(t), "042137")
		}
		for _, code := range []string{"", " ", "\n", "abc", "04213a", strings.Repeat("1", 21), strings.Repeat("1 ", 21), "+42137", "042,137"} {
			stub := &wiretest.Stub{}
			v, err := tt.new(stub.Client())
			require.NoError(t, err)
			require.ErrorIs(t, v.Verify(t.Context(), receipt, code), provider.KindCodeMismatch, "%s: %+q", tt.name, code)
			require.Empty(t, stub.Requests())
		}
	}
}

// TestR4RetryAfter has a machine in front of each service that asks to wait, and services
// that do so in their own format.
func TestR4RetryAfter(t *testing.T) {
	t.Parallel()
	own := map[string]string{
		"aliyun": `{"Code":"isv.BUSINESS_LIMIT_CONTROL"}`, "aliyun-verification": `{"Code":"biz.FREQUENCY","Success":false}`,
		"bmob": `{"error":"It is busy...Try it later!"}`, "relay": `{"error":{"code":"recipient_quota"}}`,
		"tencent": `{"Response":{"Error":{"Code":"LimitExceeded.PhoneNumberThirtySecondLimit"}}}`,
	}
	for _, a := range accounts {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			for _, reply := range []string{"<html>later</html>", own[a.adapter]} {
				answer := func(*http.Request) (*http.Response, error) {
					return &http.Response{
						StatusCode: status, Header: http.Header{"Retry-After": {"7"}}, Body: io.NopCloser(strings.NewReader(reply)),
					}, nil
				}
				p, err := a.new(credential, &http.Client{Transport: roundTrip(answer)})
				require.NoError(t, err)
				_, err = p.Send(t.Context(), login)
				var failure *provider.Error
				require.ErrorAs(t, err, &failure)
				require.Equal(t, 7*time.Second, failure.RetryAfter, "%s: %d %s", a.adapter, status, reply)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
