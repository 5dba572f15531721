package ronglian_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
)

func TestBadMessage(t *testing.T) {
	t.Parallel()
	withRef := func(ref string) provider.Message {
		m := newMessage("login", "4653")
		m.Ref = ref
		return m
	}
	textOnly := newMessage("text", "4653")
	delete(textOnly.Params, "minutes")
	missing := newMessage("login", "4653")
	delete(missing.Params, "minutes")
	notice := abroad(newMessage("notice", "4653"))
	sub := func(cfg *ronglian.Config) { cfg.SubAccount = true }
	trial := func(cfg *ronglian.Config) {
		cfg.Trial = true
		delete(cfg.Templates, "notice")
	}
	tests := []struct {
		name    string
		adjust  func(*ronglian.Config)
		message provider.Message
		want    error
		names   string
	}{
		{name: "no phone", message: provider.Message{Template: "login"}, want: provider.KindRecipient, names: "To"},
		{name: "no template", message: newMessage("", "4653"), want: provider.KindTemplate, names: "Template"},
		{name: "template not mapped", message: newMessage("other", "4653"), want: provider.KindTemplate, names: `"other"`},
		{name: "missing parameter", message: missing, want: provider.KindTemplate, names: `"minutes"`},
		{name: "template without an id", message: textOnly, want: provider.KindTemplate, names: "ID"},
		{name: "ref with hyphens", message: withRef("1b4e28ba-2fa1"), want: provider.KindUnsupported, names: "Ref"},
		{name: "ref too long", message: withRef(strings.Repeat("a", 33)), want: provider.KindUnsupported, names: "Ref"},
		{name: "international, no text", message: notice, want: provider.KindUnsupported, names: `Templates["notice"] has no Text`},
		{name: "international, missing parameter", message: abroad(missing), want: provider.KindTemplate, names: `"minutes"`},
		{name: "international, empty text", message: abroad(newMessage("any", "")), want: provider.KindContent, names: "Text: "},
		{name: "international, 251 characters", message: abroad(newMessage("any", strings.Repeat("长", 251))), want: provider.KindContent, names: "Text: 251 characters"},
		{name: "international, sub-account", adjust: sub, message: abroad(newMessage("login", "4653")), want: provider.KindUnsupported, names: "SubAccount"},
		{name: "trial, five digits", adjust: trial, message: newMessage("login", "04653"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, six digits", adjust: trial, message: newMessage("login", "046531"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, letters", adjust: trial, message: newMessage("login", "a1b2"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, empty", adjust: trial, message: newMessage("login", ""), want: provider.KindTemplate, names: `Params["code"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			cfg := newConfig(stub.Client())
			if tt.adjust != nil {
				tt.adjust(&cfg)
			}
			_, err := newProvider(t, cfg).Send(t.Context(), tt.message)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "ronglian: send: ")
			require.NotContains(t, err.Error(), "046531")
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
		})
	}
}

func TestLongestInternationalText(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), abroad(newMessage("any", strings.Repeat("长", 250))))
	require.NoError(t, err)
}

// TestTrialIsOptIn sends what a trial account could not: without Config.Trial it
// is the service's business.
func TestTrialIsOptIn(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"161125","statusMsg":"请输入1到4位的数字"}`}
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", "046531"))
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, "161125: 请输入1到4位的数字")
	stub = &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	cfg := newConfig(stub.Client())
	cfg.Trial = true
	delete(cfg.Templates, "notice")
	_, err = newProvider(t, cfg).Send(t.Context(), newMessage("login", "0465"))
	require.NoError(t, err)
}

func TestMainAccountOnly(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.SubAccount = true
	p := newProvider(t, cfg)
	_, err := p.ReadBalance(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = p.PullReports(t.Context(), provider.ReportDelivery, 0)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Empty(t, stub.Requests())
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := ronglian.New(ronglian.Config{
		AccountSID: "a/b?c:d", SubAppend: "12345", Trial: true,
		Templates: provider.Templates{
			"a": {}, "b": {Text: "{code"}, "c": {ID: "1", Sign: "示例"}, "d": {ID: "SMS_1"}, "e": {ID: "2"},
		},
		BaseURL: "app.cloopen.com", Timeout: -1,
	})
	for _, field := range []string{
		"AccountSID: want", "AuthToken: ", "AppID: ", "SubAppend: ", `Templates["a"]: `, `Templates["b"]: `,
		`Templates["c"].Sign: `, `Templates["d"].ID: want digits`, `Templates["e"].ID: a trial account`, "BaseURL: ", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	_, err = ronglian.New(ronglian.Config{AuthToken: authToken, AppID: appID, SubAppend: "12a"})
	for _, field := range []string{"AccountSID: must not be empty", "SubAppend: ", "Templates: "} {
		require.ErrorContains(t, err, field)
	}
}

// TestSecrets makes the service and the network repeat everything that must not
// show.
func TestSecrets(t *testing.T) {
	t.Parallel()
	secrets := []string{authToken, sig, strings.ToLower(sig), authorization, "13800000000", "4653"}
	echo, err := json.Marshal(map[string]string{"statusCode": "111109", "statusMsg": strings.Join(secrets, " ")})
	require.NoError(t, err)
	tests := []struct {
		name   string
		client *http.Client
	}{
		{name: "refusal", client: (&wiretest.Stub{Reply: string(echo)}).Client()},
		{name: "no JSON", client: (&wiretest.Stub{Reply: "<p>" + string(echo)}).Client()},
		{name: "broken exchange", client: &http.Client{Transport: brokenTransport{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, newConfig(tt.client))
			_, err := p.Send(t.Context(), newMessage("login", "4653"))
			require.Error(t, err)
			results, batchErr := p.SendBatch(t.Context(), newMessage("login", "4653"), phones(1))
			require.NoError(t, batchErr)
			require.Error(t, results[0].Err)
			printed := fmt.Sprintf("%v %+v %+v %v %+v %#v", err, err, results[0], p, p, p)
			for _, secret := range secrets {
				require.NotContains(t, printed, secret)
			}
		})
	}
}

// brokenTransport fails with the address of the request, as net/http's client
// does.
type brokenTransport struct{}

func (brokenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("cannot reach " + r.URL.RequestURI())}
}
