package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const number = "13800138000"

// visitor is somebody at the website.
type visitor struct {
	*testing.T
	*world
	client *http.Client
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	v := &visitor{t, w, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	t.Cleanup(func() { require.NoError(t, w.close()) })
	return v
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) get(path string) reply {
	v.Helper()
	request, err := http.NewRequestWithContext(v.Context(), http.MethodGet, v.relay.URL+path, http.NoBody)
	require.NoError(v, err)
	return v.do(request)
}

func (v *visitor) do(request *http.Request) reply {
	v.Helper()
	response, err := v.client.Do(request)
	require.NoError(v, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(v, err)
	return reply{response.StatusCode, response.Header, string(body)}
}

// ask makes one of the website's requests and wants it answered.
func (v *visitor) ask(path, code string) map[string]any {
	v.Helper()
	body, err := json.Marshal(asked{Number: number, Code: code})
	require.NoError(v, err)
	request, err := http.NewRequestWithContext(v.Context(), http.MethodPost, v.relay.URL+path, bytes.NewReader(body))
	require.NoError(v, err)
	request.Header.Set("Content-Type", "application/json")
	answer := v.do(request)
	require.Equal(v, http.StatusOK, answer.status, answer.body)
	var got map[string]any
	require.NoError(v, json.Unmarshal([]byte(answer.body), &got))
	return got
}

// latestCode is what the user reads in the latest text.
func (v *visitor) latestCode() string {
	v.Helper()
	texts := v.services.Texts()
	require.NotEmpty(v, texts)
	return texts[len(texts)-1].Code
}

// bridge does in Go what page/app/bridge.js does: the agent of package phone is the rest of
// the app.
type bridge struct{ v *visitor }

func (b bridge) Send(ctx context.Context, text phone.Text) error {
	form := url.Values{"zone": {"86"}, "phone": {strings.TrimPrefix(string(text.To), "+86")}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.v.relay.URL+"/vendor/send", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := b.v.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct{ Status json.Number }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "200" {
		return &phone.Error{Class: relayapi.FailureRejected, Text: "the vendor refused"}
	}
	return nil
}

func (v *visitor) startPhone() {
	v.Helper()
	_, err := v.relay.StartPhone(v.Context(), phone.Config{Token: phoneToken, Lanes: []string{lane}, Sender: bridge{v}})
	require.NoError(v, err)
}

// TestTheFirstCodeIsTheSDKs: the phone has Mob's SDK send a code that neither gateway nor
// website knows, and Mob checks it.
func TestTheFirstCodeIsTheSDKs(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	v.startPhone()
	require.Equal(t, relay.DefaultName, v.ask("/site/send", "")["sent_by"])
	code := v.latestCode()
	require.Len(t, v.services.Texts(), 1)
	require.Equal(t, false, v.ask("/site/check", other(code))["right"])
	require.Equal(t, true, v.ask("/site/check", code)["right"])
	require.Equal(t, false, v.ask("/site/check", code)["right"], "a right code is right once")
}

// TestEitherCodeIsRight: the retry is paid and has a code of the WebAPI's; whichever the user
// types is checked where it was made.
func TestEitherCodeIsRight(t *testing.T) {
	t.Parallel()
	for name, which := range map[string]int{"the first one": 0, "the second one": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisitor(t)
			v.startPhone()
			require.Equal(t, relay.DefaultName, v.ask("/site/send", "")["sent_by"])
			require.Equal(t, mob.DefaultName, v.ask("/site/send", "")["sent_by"])
			texts := v.services.Texts()
			require.Len(t, texts, 2)
			require.Equal(t, true, v.ask("/site/check", texts[which].Code)["right"])
		})
	}
}

func TestWithoutAPhoneTheFirstCodeIsPaid(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	require.Equal(t, mob.DefaultName, v.ask("/site/send", "")["sent_by"])
	require.Equal(t, true, v.ask("/site/check", v.latestCode())["right"])
}

// TestTwoMakersOfCodesMustBeWanted: a composer of the two is refused at the start.
func TestTwoMakersOfCodesMustBeWanted(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	members := v.site.sender.Providers()
	_, err := failover.NewComposer(composerConfig(members[0], members[1], false))
	require.ErrorContains(t, err, "set OtherCodes")
	require.Equal(t, []string{templateLogin}, provider.CodeTemplates(members[0]))
}

// TestPagesStayAtTheirOrigin: no page loads or calls anything else, and no other page may
// call the gateway.
func TestPagesStayAtTheirOrigin(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	for _, path := range []string{"/", "/site.js", "/style.css", "/app/", "/app/app.js", "/app/bridge.js", "/texts", relayapi.PathOpenAPI, relayapi.PathHealth} {
		page := v.get(path)
		require.Equal(t, http.StatusOK, page.status, path)
		require.Contains(t, page.header.Get("Content-Security-Policy"), "connect-src 'self'", path)
		require.Empty(t, page.header.Get("Access-Control-Allow-Origin"), path)
		require.NotContains(t, page.body, phoneToken, path)
	}
}

func TestBadRequestsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	for _, tt := range []struct{ body, media, want string }{
		{`{"number":"13800138000"}`, "text/plain", "Content-Type"},
		{`{`, "application/json", "JSON object"},
		{`{"number":"138"}`, "application/json", "number"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.relay.URL+"/site/send", strings.NewReader(tt.body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", tt.media)
		answer := v.do(request)
		require.GreaterOrEqual(t, answer.status, http.StatusBadRequest)
		require.Contains(t, answer.body, tt.want)
	}
}

func TestRunSaysWhereEverythingIs(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, nil, writer) }()
	said := make([]byte, 0, 256)
	for bytes.Count(said, []byte("\n")) < 3 {
		part := make([]byte, 256)
		n, err := reader.Read(part)
		require.NoError(t, err)
		said = append(said, part[:n]...)
	}
	require.Regexp(t, `website: http://127\.0\.0\.1:\d+/\napp:     http://\S+/app/#`+phoneToken+`\ntexts:   http://\S+/texts\n`, string(said))
	stop()
	require.NoError(t, <-ended)
	require.ErrorContains(t, run(t.Context(), []string{"x"}, io.Discard), "unexpected argument")
	require.Error(t, run(t.Context(), []string{"--x"}, io.Discard))
}

// other is a wrong code.
func other(code string) string {
	if strings.HasPrefix(code, "1") {
		return "2" + code[1:]
	}
	return "1" + code[1:]
}
