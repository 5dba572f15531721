package dashboard_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
)

func TestAPairingCodeWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.loggedIn()
	response := b.post("/pairing", url.Values{"name": {"living-room"}, "lanes": {"text, codes"}})
	require.Equal(t, http.StatusOK, response.Code)
	page := response.Body.String()
	require.Contains(t, page, `<img src="data:image/png;base64,`)
	code := regexp.MustCompile(`<code id="code">([a-z0-9]{26})</code>`).FindStringSubmatch(page)
	require.NotNil(t, code)
	require.Contains(t, page, "cnsms phone --gateway http://example.com --plain-http --token-file phone.token --code "+code[1])
	_, device, err := w.Register(t.Context(), provider.Secret(code[1]), "")
	require.NoError(t, err)
	require.Equal(t, "living-room", device.Name)
	require.Equal(t, []string{"text", "codes"}, device.Lanes)
	_, _, err = w.Register(t.Context(), provider.Secret(code[1]), "")
	require.ErrorIs(t, err, gateway.ErrRegistrationUsed)
	require.NotContains(t, b.page("/pairing"), code[1], "a code is shown once")
	require.NotContains(t, w.log.String(), code[1])
}

func TestPairingSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newWorld(t).loggedIn()
	for form, want := range map[string]string{
		"name=a+b":            "The name wants 1 to 64 letters",
		"lanes=TEXT":          "A lane wants 1 to 32",
		"name=%E6%89%8B&for=": "The name wants",
	} {
		values, err := url.ParseQuery(form)
		require.NoError(t, err)
		response := b.post("/pairing", values)
		require.Equal(t, http.StatusBadRequest, response.Code, form)
		require.Contains(t, response.Body.String(), want, form)
	}
}

func TestTheAppsOwnCode(t *testing.T) {
	t.Parallel()
	var asked gateway.Invitation
	var fail error
	w := newWorld(t, func(o *dashboard.Options) {
		o.PublicURL = "https://relay.example.com/"
		o.AppCode = func(_ context.Context, operator gateway.Principal, i gateway.Invitation) (provider.Secret, error) {
			asked = i
			require.Equal(t, "eva", operator.Name)
			return "48151623", fail
		}
	})
	b := w.loggedIn()
	page := b.post("/pairing", url.Values{"for": {"app"}, "name": {"redmi"}}).Body.String()
	require.Contains(t, page, `<code id="code">48151623</code>`)
	require.NotContains(t, page, "cnsms phone --gateway")
	require.Equal(t, gateway.Invitation{Name: "redmi", Lanes: []string{}, For: 15 * time.Minute}, asked)
	fail = &gateway.LimitError{Limit: 100, Of: "codes at once", RetryAfter: time.Minute}
	many := b.post("/pairing", url.Values{"for": {"app"}, "name": {"redmi"}})
	require.Equal(t, http.StatusTooManyRequests, many.Code)
	require.Equal(t, "60", many.Header().Get("Retry-After"))
	require.Contains(t, many.Body.String(), "Too many codes")
	require.Contains(t, many.Body.String(), `value="redmi"`)
	fail = errors.New("the disk is gone")
	require.Equal(t, http.StatusServiceUnavailable, b.post("/pairing", url.Values{"for": {"app"}}).Code)

	b.cookies = nil
	sheet := b.page("/setup?lang=zh")
	require.Contains(t, sheet, "https://relay.example.com/mobile/v1")
	require.Contains(t, sheet, "SSE Only")
	require.Contains(t, sheet, "私有令牌")
	require.NotContains(t, sheet, "48151623")
}

func TestAGatewayWithFixedTokensAddsNoPhone(t *testing.T) {
	t.Parallel()
	queue := memqueue.New()
	relay, err := gateway.New(gateway.Config{
		Queue: queue, Tokens: []gateway.Token{{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("eva-token")}},
	})
	require.NoError(t, err)
	pages, err := dashboard.New(relay, dashboard.Options{TextPrice: -1})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, relay.Close())
		pages.Close()
		require.NoError(t, queue.Close())
	})
	b := (&world{T: t, Gateway: relay, pages: pages, log: &safeBuffer{}}).loggedIn()
	response := b.post("/pairing", nil)
	require.Equal(t, http.StatusConflict, response.Code)
	require.Contains(t, response.Body.String(), "all in its configuration")
	require.Equal(t, http.StatusNotFound, b.get("/tokens").Code)
	require.NotContains(t, b.page("/"), "not spent", "a negative price leaves the saving out")
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := dashboard.New(nil, dashboard.Options{})
	require.ErrorContains(t, err, "gateway")
	for _, wrong := range []string{"relay.example.com", "ftp://relay.example.com", "https://relay.example.com/path", "https://a:b@relay.example.com", "https://"} {
		require.ErrorContains(t, dashboard.Options{PublicURL: wrong}.Validate(), "PublicURL", wrong)
	}
	err = dashboard.Options{AppPrefix: "mobile", IdleEnd: -1, Every: -1}.Validate()
	for _, field := range []string{"AppPrefix", "IdleEnd", "Every"} {
		require.ErrorContains(t, err, field)
	}
	_, err = dashboard.New(newWorld(t).Gateway, dashboard.Options{Every: -1})
	require.Error(t, err)
}

func TestAQueueThatFailsIsSaidAndShowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.loggedIn()
	w.queue.broken.Store(true)
	for _, path := range []string{"/", "/jobs"} {
		response := b.get(path)
		require.Equal(t, http.StatusServiceUnavailable, response.Code)
		require.Contains(t, response.Body.String(), "cannot do its work now")
		require.NotContains(t, response.Body.String(), "disk")
	}
	w.queue.broken.Store(false)
	w.phone(nil)
	w.submit()
	require.Contains(t, b.page("/"), "<b>1</b><span>waiting", "it recovers, and has missed nothing")
}
