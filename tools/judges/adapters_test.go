package judges

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

var phone = provider.MustParsePhone("13800138000")

// theirs starts an official client, and returns what it sends with a call.
func theirs(t *testing.T, judge Judge, server *sim.Server) func(c call) sim.Exchange {
	t.Helper()
	needNode(t, judge)
	c, err := judge.Hearings[0].open(t.Context())
	require.NoError(t, err)
	t.Cleanup(c.close)
	tr := &trial{TestingT: t, ctx: t.Context(), client: c, server: server, address: strings.TrimPrefix(server.URL(), "http://")}
	return func(c call) sim.Exchange {
		_, exchange := tr.ask(c)
		return exchange
	}
}

// differ lists the names that only one of two has, and those whose values are not the
// same.
func differ(ours, theirs map[string]any) []string {
	var names []string
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		our, haveOurs := ours[name]
		their, haveTheirs := theirs[name]
		if haveOurs != haveTheirs || !equalJSON(our, their) {
			names = append(names, name)
		}
	}
	return names
}

func equalJSON(a, b any) bool {
	left, _ := json.Marshal(a)  // read from JSON before
	right, _ := json.Marshal(b) // as well
	return string(left) == string(right)
}

func members(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal(body, &all))
	return all
}

// headers are those of a service, whose names begin with prefix.
func headers(h http.Header, prefix string) map[string]any {
	found := map[string]any{}
	for name, values := range h {
		if strings.HasPrefix(name, prefix) {
			found[name] = values
		}
	}
	return found
}

// TestTencentRequests compares what our adapter sends, which is encoded and signed by
// the vendor's SDK for Go, with what the vendor's SDK for Node sends.
func TestTencentRequests(t *testing.T) {
	t.Parallel()
	server := sim.Start(t, tencentsim.New(tencentAccount(true)))
	their := theirs(t, tencentNode, server)(tencentText(nil))
	p, err := tencent.New(tencent.Config{
		SecretID: tencentID, SecretKey: tencentSecret, AppID: tencentApp, Sign: "示例签名", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "1110", Params: []string{"code", "minutes"}}},
	})
	require.NoError(t, err)
	_, err = p.Send(t.Context(), provider.Message{
		To: phone, Template: "login", Params: provider.Params{"code": "042137", "minutes": "5"}, Ref: "order-17 «&»",
	})
	require.NoError(t, err)
	our := server.Exchanges()[1]

	require.Empty(t, differ(members(t, our.Body), members(t, their.Body)))
	require.Equal(t, their.Header.Get("Content-Type"), our.Header.Get("Content-Type"))
	require.Subset(t, []string{
		"X-Tc-Language",      // the language of errors, which the SDK for Go asks for unless told otherwise
		"X-Tc-Requestclient", // the name of the SDK
		"X-Tc-Timestamp",     // the second
		"X-Tc-Traceid",       // the SDK for Node makes one up
	}, differ(headers(our.Header, "X-Tc-"), headers(their.Header, "X-Tc-")))
}

// TestBmobSignature has the vendor's SDK sign each request of our adapter with the same
// clock and nonce. Body, path and X-Bmob-Safe-Sign have to be the same.
func TestBmobSignature(t *testing.T) {
	t.Parallel()
	server := sim.Start(t, bmobsim.New(bmobAccount()))
	sign := theirs(t, bmobNode, sim.Start(t, bmobsim.New(bmobAccount())))
	our := bmobRequests(t.Context(), t, server)
	require.Len(t, our, 4)
	for _, ours := range our {
		nonce, timestamp := ours.Header.Get("X-Bmob-Noncestr-Key"), ours.Header.Get("X-Bmob-Safe-Timestamp")
		seconds, err := strconv.Atoi(timestamp)
		require.NoError(t, err)
		again := bmobRequest(strings.ToLower(ours.Method), ours.URL, nil)
		again.Action, again.Params["nonce"], again.Params["timestamp"] = "signAs", nonce, seconds
		again.Params["body"] = json.RawMessage("{}")
		if len(ours.Body) > 0 {
			again.Params["body"] = json.RawMessage(ours.Body)
		}
		theirs := sign(again)
		require.NotContains(t, theirs.Verdict, "Sign")
		require.Equal(t, string(theirs.Body), string(ours.Body))
		require.Equal(t, []string{theirs.Method, theirs.URL}, []string{ours.Method, ours.URL})
		require.Equal(t, []string{
			"X-Bmob-Sdk-Type", // wechatApp as in the documents; the SDK says nodejs on Node.js
		}, differ(headers(ours.Header, "X-Bmob-"), headers(theirs.Header, "X-Bmob-")), ours.URL)
	}
}

// bmobRequests are the signed requests of our adapter: a code, its check, a notice and
// a question about it.
func bmobRequests(ctx context.Context, t *testing.T, server *sim.Server) []sim.Exchange {
	t.Helper()
	p, err := bmob.New(bmob.Config{
		SecretKey: bmobSecret, SafeCode: bmobSafeCode, BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "注册模板"}, "shipped": {ID: "发货通知", Params: []string{"order"}}},
	})
	require.NoError(t, err)
	receipt, err := p.Send(ctx, provider.Message{To: phone, Template: "login"})
	require.NoError(t, err)
	require.NoError(t, p.Verify(ctx, receipt, server.Texts()[0].Code))
	receipt, err = p.Send(ctx, provider.Message{To: phone, Template: "shipped", Params: provider.Params{"order": "S-17 «»"}})
	require.NoError(t, err)
	_, err = p.ReadStatus(ctx, receipt)
	require.NoError(t, err)
	return server.Exchanges()
}
