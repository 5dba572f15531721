package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestThePageStaysAtItsOrigin: it loads and calls nothing else, and no other page may
// call what is here.
func TestThePageStaysAtItsOrigin(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	files, err := filepath.Glob("page/*")
	require.NoError(t, err)
	for _, name := range files {
		page := v.do(http.MethodGet, "/"+filepath.Base(name), "")
		require.Less(t, page.status, http.StatusBadRequest, name)
		require.Contains(t, page.header.Get("Content-Security-Policy"), "connect-src 'self'", name)
		require.Empty(t, page.header.Get("Access-Control-Allow-Origin"), name)
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotRegexp(t, `https?://[^w]`, string(data), name) // but for the name of SVG
	}
	foreign := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
	for _, path := range []string{"/stage/bots", "/stage/lose", "/logout", "/codes/start"} {
		require.Equal(t, http.StatusForbidden, v.do(http.MethodPost, path, `{"value":true}`, foreign).status, path)
	}
	require.Equal(t, http.StatusNotFound, v.do(http.MethodPost, "/reports/guessed-secret-0123456789/"+wayAliyun, "[]").status)
}

// TestThePageHasItsWords in both languages.
func TestThePageHasItsWords(t *testing.T) {
	t.Parallel()
	words, err := os.ReadFile("page/words.js")
	require.NoError(t, err)
	used := regexp.MustCompile(`data-(?:t|label)="(\w+)"|\b(?:t|label)\("([\w-]+)"|\["(\w+)", `)
	found := 0
	for _, name := range []string{"index.html", "login.js", "requests.js", "stage.js", "words.js"} {
		text, err := os.ReadFile("page/" + name)
		require.NoError(t, err)
		for _, match := range used.FindAllStringSubmatch(string(text), -1) {
			key := match[1] + match[2] + match[3]
			if match[3] != "" && name != "stage.js" {
				continue
			}
			found++
			has := regexp.MustCompile(`(?m)^  "?` + key + `(_in)?"?: \["[^"]+",\s+"[^"]+"\]`).Match(words)
			require.True(t, has, "%s uses %s", name, key)
		}
	}
	require.Greater(t, found, 40)
}

func TestControlsRefuseNonsense(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	for path, value := range map[string]any{"forward": 3600, "phone": "off", "lose": 1, "bots": "now"} {
		require.Equal(t, http.StatusBadRequest, v.set(path, value).status, path)
	}
	require.Equal(t, http.StatusBadRequest, v.set("forward", -1).status)
}

// TestStreamsAreFew: a page more than that is refused, and each sends what has changed.
func TestStreamsAreFew(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	open := func() (int, *bufio.Scanner) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.web.url+"/stage/events", http.NoBody)
		require.NoError(t, err)
		response, err := v.client.Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { _ = response.Body.Close() })
		return response.StatusCode, bufio.NewScanner(response.Body)
	}
	_, first := open()
	for range mostStreams - 1 {
		status, _ := open()
		require.Equal(t, http.StatusOK, status)
	}
	status, _ := open()
	require.Equal(t, http.StatusServiceUnavailable, status)
	v.set("lose", true)
	said := false
	for !said && first.Scan() {
		said = strings.Contains(first.Text(), `"lose":true`)
	}
	require.True(t, said)
	require.NoError(t, first.Err())
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	box := &inbox{clock: &stage.Clock{}, bell: &bell{}}
	for i := range 3 * kept {
		require.NoError(t, radio{box}.Send(t.Context(), phone.Text{To: "+8613900139000", Body: relayapi.Text(fmt.Sprint(100000 + i))}))
	}
	texts, _ := box.shown()
	require.Len(t, texts, kept)
	require.Equal(t, fmt.Sprint(100000+3*kept-1), texts[0].Code, "the newest is first")

	logins := newSessions()
	for range mostSessions + 5 {
		require.NoError(t, logins.login(noWriter{}, &http.Request{}, otp.Checked{Phone: provider.MustParsePhone(number)}))
	}
	require.Len(t, logins.phones, mostSessions)
	require.Len(t, logins.order, mostSessions)
}

type noWriter struct{}

func (noWriter) Header() http.Header         { return http.Header{} }
func (noWriter) Write(b []byte) (int, error) { return len(b), nil }
func (noWriter) WriteHeader(int)             {}

func TestRunSaysWhereThePageIs(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, nil, writer) }()
	lines := bufio.NewScanner(reader)
	require.True(t, lines.Scan())
	require.Regexp(t, `^open http://127\.0\.0\.1:\d+/$`, lines.Text())
	require.True(t, lines.Scan())
	stop()
	require.NoError(t, <-ended)

	require.NoError(t, run(t.Context(), []string{"--for", time.Millisecond.String()}, io.Discard), "it ends by itself")
	require.ErrorContains(t, run(t.Context(), []string{"x"}, io.Discard), "unexpected argument")
	require.Error(t, run(t.Context(), []string{"--x"}, io.Discard))
}
