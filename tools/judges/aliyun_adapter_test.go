package judges

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/provider"
)

// wire is a request as it went out.
type wire struct {
	method, path, host string
	query              url.Values
	header             http.Header
	body               []byte
}

// fields are those of the query and the body.
func (w wire) fields(t *testing.T) map[string]any {
	t.Helper()
	form, err := url.ParseQuery(string(w.body))
	require.NoError(t, err)
	all := map[string]any{}
	for _, values := range []url.Values{w.query, form} {
		for name, value := range values {
			require.Len(t, value, 1, name)
			all[name] = value[0]
		}
	}
	return all
}

// recorder keeps requests, and grants every one.
type recorder struct {
	mu  sync.Mutex
	got []wire
	*httptest.Server
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, wire{request.Method, request.URL.Path, request.Host, request.URL.Query(), request.Header, body})
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_, _ = io.WriteString(w, `{"Code":"OK","Message":"OK","RequestId":"x","BizId":"1^0","Success":true`+model(request, body)+`}`)
	}))
	t.Cleanup(r.Close)
	return r
}

// model is what a reply of 短信认证 has besides. That of QuerySendDetails would be a list.
func model(r *http.Request, body []byte) string {
	if strings.Contains(r.Header.Get("X-Acs-Action")+r.URL.RawQuery+string(body), "QuerySendDetails") {
		return ""
	}
	return `,"Model":{"BizId":"1^4","VerifyResult":"PASS"}`
}

// take returns what was kept since the last time.
func (r *recorder) take() []wire {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// aliyunRequests are those of our adapter: every call of both products, by the product.
func aliyunRequests(t *testing.T) map[string][]wire {
	t.Helper()
	return map[string][]wire{"dysms": dysmsRequests(t), "dypns": dypnsRequests(t)}
}

func dysmsRequests(t *testing.T) []wire {
	t.Helper()
	r := record(t)
	message := provider.Message{To: phone, Template: "login", Params: provider.Params{"code": "042137", "place": "北京 a*b~'c"}, Ref: "order-17 «&»"}
	sender, err := aliyun.New(aliyun.Config{
		AccessKeyID: aliyunID, AccessKeySecret: aliyunSecret, SecurityToken: "sts-token", Sign: "示例签名", BaseURL: r.URL,
		Templates: provider.Templates{"login": {ID: "SMS_154950909", Params: []string{"code", "place"}}},
	})
	require.NoError(t, err)
	// What the recorder answers is not enough for all of them; that they ask is.
	receipt, err := sender.Send(t.Context(), message)
	require.NoError(t, err)
	_, _ = sender.SendBatch(t.Context(), message, []provider.Phone{phone, provider.MustParsePhone("13900139000")})
	_, _ = sender.ReadStatus(t.Context(), receipt)
	_, _ = sender.ReadFiling(t.Context(), "")
	return r.take()
}

func dypnsRequests(t *testing.T) []wire {
	t.Helper()
	r := record(t)
	sender, err := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: aliyunID, AccessKeySecret: aliyunSecret, Sign: givenSign, BaseURL: r.URL, Scheme: "登录",
		Templates: provider.Templates{"own": {ID: "100001"}, "ours": {ID: "100002", Params: []string{"code"}}},
	})
	require.NoError(t, err)
	_, err = sender.Send(t.Context(), provider.Message{To: phone, Template: "ours", Params: provider.Params{"code": "042137"}})
	require.NoError(t, err)
	receipt, err := sender.Send(t.Context(), provider.Message{To: phone, Template: "own", Ref: "order-18"})
	require.NoError(t, err)
	_ = sender.Verify(t.Context(), receipt, "042137")
	_, _ = sender.ReadStatus(t.Context(), receipt)
	return r.take()
}

// TestAliyunSignature has the vendor's core sign the requests of our adapter.
func TestAliyunSignature(t *testing.T) {
	t.Parallel()
	actions := map[string]int{}
	for _, our := range slices.Concat(slices.Collect(maps.Values(aliyunRequests(t)))...) {
		actions[our.header.Get("X-Acs-Action")]++
		headers := map[string]*string{"host": &our.host}
		for name := range our.header {
			if name != "Authorization" {
				headers[name] = dara.String(our.header.Get(name))
			}
		}
		const algorithm = "ACS3-HMAC-SHA256"
		payload := hex.EncodeToString(utils.Hash(our.body, dara.String(algorithm)))
		require.Equal(t, payload, our.header.Get("X-Acs-Content-Sha256"))
		theirs := utils.GetAuthorization(&dara.Request{Method: &our.method, Pathname: &our.path, Headers: headers, Query: map[string]*string{}},
			dara.String(algorithm), &payload, dara.String(aliyunID), dara.String(aliyunSecret))
		require.Equal(t, *theirs, our.header.Get("Authorization"))
		require.Empty(t, our.query, "numbers and codes stand in no address")
	}
	require.GreaterOrEqual(t, actions["QuerySendDetails"], 2, "%v", actions) // around midnight four
	for _, action := range []string{"SendSms", "SendBatchSms", "GetSmsSign", "SendSmsVerifyCode", "CheckSmsVerifyCode"} {
		require.NotZero(t, actions[action], "%v", actions)
	}
}

// v1Fields are those that belong to the old signature. RegionId has no meaning with it;
// the older SDK always sends it.
var v1Fields = strings.Fields("AccessKeyId Action Format RegionId Signature SignatureMethod SignatureNonce SignatureType SignatureVersion Timestamp Version")

// TestAliyunParameters: an official client, asked for what our adapter asks for, sends
// the same parameters. It drops those that it does not know.
func TestAliyunParameters(t *testing.T) {
	t.Parallel()
	ours := aliyunRequests(t)
	for _, judge := range []Judge{aliyunGoV1, aliyunGoV3, dysmsNode, dypnsNode, popNode} {
		for _, hearing := range judge.Hearings {
			t.Run(judge.name()+"/"+hearing.Name, func(t *testing.T) {
				t.Parallel()
				needNode(t, judge)
				product, _, _ := strings.Cut(hearing.Name, " ")
				compareParameters(t, hearing, ours[product])
			})
		}
	}
}

func compareParameters(t *testing.T, hearing Hearing, ours []wire) {
	t.Helper()
	require.GreaterOrEqual(t, len(ours), 4)
	r := record(t)
	c, err := hearing.open(t.Context())
	require.NoError(t, err)
	defer c.close()
	for _, our := range ours {
		action, given := our.header.Get("X-Acs-Action"), our.fields(t)
		got, err := c.call(t.Context(), call{ID: aliyunID, Secret: aliyunSecret, Address: strings.TrimPrefix(r.URL, "http://"), Action: action, Params: given})
		require.NoError(t, err)
		require.Nil(t, got.Thrown, "%s: %s", action, got)
		requests := r.take()
		require.Len(t, requests, 1, action)
		theirs := requests[0].fields(t)
		if !strings.HasPrefix(requests[0].header.Get("Authorization"), "ACS3-") {
			for _, name := range v1Fields {
				delete(theirs, name)
			}
		}
		want, _ := json.Marshal(given) // texts
		have, _ := json.Marshal(theirs)
		require.JSONEq(t, string(want), string(have), "%s of %s", action, hearing.Name)
	}
}
