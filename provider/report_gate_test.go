package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

const secret = "Nobody-guesses_0123456789"

// inbox collects what a handler takes.
type inbox struct{ taken []string }

func (b *inbox) take(_ context.Context, reports []provider.Report) error {
	for _, report := range reports {
		b.taken = append(b.taken, report.Provider+" "+report.ID)
	}
	return nil
}

func newPush(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
}

func answer(handler http.Handler, push *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, push)
	return recorder
}

// byGet is a service that pushes by GET, with an id in the query.
type byGet struct{ plain }

func (g *byGet) ReportMethod() string { return http.MethodGet }

func (g *byGet) ParseReports(r *http.Request) ([]provider.Report, error) {
	return []provider.Report{{Provider: g.name, ID: r.FormValue("id")}}, nil
}

func (g *byGet) AcknowledgeReports(w http.ResponseWriter, _ error) {
	_, _ = io.WriteString(w, "success")
}

// TestX5PathsOfServices has several services on one mount, with and without a secret.
func TestX5PathsOfServices(t *testing.T) {
	t.Parallel()
	tencent, ronglian, acme := &pushing{plain{"tencent"}}, &pushing{plain{"容联 2"}}, &byGet{plain{"acme"}}
	one, several := tree(&plain{"ihuyi"}, tencent), tree(tencent, acme, &plain{"ihuyi"}, ronglian)
	withSecret := []provider.ReportOption{provider.RequireSecret(secret)}
	for _, tc := range []struct {
		name    string
		in      provider.Provider
		options []provider.ReportOption
		path    string
		taken   string // by whom, or empty for 404
	}{
		{"one, anywhere", one, nil, "/", "tencent"},
		{"one, with its name", one, nil, "/sms/tencent", "tencent"},
		{"one, with another name", one, nil, "/sms/ronglian", "tencent"},
		{"one and the secret", one, withSecret, "/sms/" + secret, "tencent"},
		{"one and the secret at the root", one, withSecret, "/" + secret, "tencent"},
		{"one, the secret and a slash", one, withSecret, "/sms/" + secret + "/", "tencent"},
		{"one, the secret and the name", one, withSecret, "/sms/" + secret + "/tencent", "tencent"},
		{"one, the secret and a query", one, withSecret, "/sms/" + secret + "?from=console", "tencent"},
		{"one, the secret and another name", one, withSecret, "/sms/" + secret + "/ronglian", ""},
		{"one, no secret", one, withSecret, "/sms", ""},
		{"one, no secret but the name", one, withSecret, "/sms/tencent", ""},
		{"the secret in the query", one, withSecret, "/sms?secret=" + secret, ""},
		{"the secret in other letters", one, withSecret, "/sms/" + strings.ToLower(secret), ""},
		{"part of the secret", one, withSecret, "/sms/" + secret[:len(secret)-1], ""},
		{"the secret and more", one, withSecret, "/sms/" + secret + "0", ""},
		{"the secret in front", one, withSecret, "/" + secret + "/sms", ""},
		{"several, the first", several, nil, "/sms/tencent", "tencent"},
		{"several, another", several, nil, "/sms/%E5%AE%B9%E8%81%94%202", "容联 2"},
		{"several, at the root", several, nil, "/tencent", "tencent"},
		{"several, a slash", several, nil, "/sms/tencent/", "tencent"},
		{"several, no name", several, nil, "/sms", ""},
		{"several, root", several, nil, "/", ""},
		{"several, somebody who takes no pushes", several, nil, "/sms/ihuyi", ""},
		{"several, in other letters", several, nil, "/sms/Tencent", ""},
		{"several, secret and name", several, withSecret, "/sms/" + secret + "/tencent", "tencent"},
		{"several, secret alone", several, withSecret, "/sms/" + secret, ""},
		{"several, name before the secret", several, withSecret, "/tencent/" + secret, ""},
		{"several, name alone", several, withSecret, "/sms/tencent", ""},
		{"several, a wrong secret", several, withSecret, "/sms/" + strings.Repeat("0", len(secret)) + "/tencent", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got inbox
			handler, err := provider.ReportHandler(tc.in, got.take, tc.options...)
			require.NoError(t, err)
			reply := answer(handler, newPush(t, http.MethodPost, tc.path, `["1"]`))
			if tc.taken == "" {
				require.Equal(t, http.StatusNotFound, reply.Code)
				require.Empty(t, got.taken)
				require.NotContains(t, reply.Body.String(), secret)
				return
			}
			require.Equal(t, http.StatusOK, reply.Code)
			require.Equal(t, []string{tc.taken + " 1"}, got.taken)
		})
	}
}

// TestX5BehindAMux: the path's end counts, whatever a mux has taken off.
func TestX5BehindAMux(t *testing.T) {
	t.Parallel()
	var got inbox
	handler, err := provider.ReportHandler(tree(&pushing{plain{"a"}}, &pushing{plain{"b"}}), got.take, provider.RequireSecret(secret))
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/sms/", http.StripPrefix("/sms/", handler))
	mux.Handle("/other/{secret}/b", handler)
	for _, path := range []string{"/sms/" + secret + "/a", "/other/" + secret + "/b"} {
		require.Equal(t, http.StatusOK, answer(mux, newPush(t, http.MethodPost, path, `["1"]`)).Code)
	}
	require.Equal(t, []string{"a 1", "b 1"}, got.taken)
}

// TestX4OtherMethods: 405, whatever the service, and nothing is read.
func TestX4OtherMethods(t *testing.T) {
	t.Parallel()
	var got inbox
	handler, err := provider.ReportHandler(tree(&pushing{plain{"tencent"}}, &byGet{plain{"acme"}}), got.take,
		provider.OnReportError(func(_ context.Context, err error) { t.Error(err) }), provider.RequireSecret(secret))
	require.NoError(t, err)
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "post", "PROPFIND",
	} {
		reply := answer(handler, newPush(t, method, "/sms/"+secret+"/tencent", `["1"]`))
		require.Equal(t, http.StatusMethodNotAllowed, reply.Code, method)
		require.Equal(t, http.MethodPost, reply.Header().Get("Allow"))
		require.Equal(t, http.StatusNotFound, answer(handler, newPush(t, method, "/sms/tencent", `["1"]`)).Code,
			"without the secret nobody learns what is here")
	}
	require.Empty(t, got.taken)

	require.Equal(t, http.StatusOK, answer(handler, newPush(t, http.MethodGet, "/sms/"+secret+"/acme?id=7", "")).Code)
	require.Equal(t, []string{"acme 7"}, got.taken, "a service that pushes by GET")
	reply := answer(handler, newPush(t, http.MethodPost, "/sms/"+secret+"/acme?id=8", ""))
	require.Equal(t, http.StatusMethodNotAllowed, reply.Code)
	require.Equal(t, http.MethodGet, reply.Header().Get("Allow"))
}

func TestX5Addresses(t *testing.T) {
	t.Parallel()
	networks := []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/28"), netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("::ffff:203.0.113.0/120"), netip.MustParsePrefix("fe80::/10"),
	}
	var got inbox
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, got.take, provider.AllowAddresses(networks...))
	require.NoError(t, err)
	for remote, allowed := range map[string]bool{
		"192.0.2.15:40000":            true,
		"192.0.2.16:40000":            false,
		"198.51.100.7:1":              true,
		"198.51.100.8:1":              false,
		"[::ffff:192.0.2.1]:40000":    true,
		"[::ffff:198.51.100.8]:40000": false,
		"203.0.113.9:1":               true,
		"[2001:db8::1]:40000":         true,
		"[2001:db9::1]:40000":         false,
		"[fe80::1%eth0]:40000":        true,
		"@":                           false,
		"":                            false,
		"192.0.2.1":                   false,
		"localhost:80":                false,
	} {
		push := newPush(t, http.MethodPost, "/", `["1"]`)
		push.RemoteAddr = remote
		push.Header.Set("X-Forwarded-For", "192.0.2.1")
		want := http.StatusForbidden
		if allowed {
			want = http.StatusOK
		}
		require.Equal(t, want, answer(handler, push).Code, "%q", remote)
	}
	require.Len(t, got.taken, 6)
}

// TestX5SecretAndAddress: where both are set, both are needed.
func TestX5SecretAndAddress(t *testing.T) {
	t.Parallel()
	var got inbox
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, got.take,
		provider.RequireSecret(secret), provider.AllowAddresses(netip.MustParsePrefix("198.51.100.0/24")))
	require.NoError(t, err)
	for _, tc := range []struct {
		path, remote string
		want         int
	}{
		{"/" + secret, "198.51.100.1:1", http.StatusOK},
		{"/" + secret, "192.0.2.1:1", http.StatusForbidden},
		{"/", "198.51.100.1:1", http.StatusNotFound},
		{"/", "192.0.2.1:1", http.StatusNotFound},
	} {
		push := newPush(t, http.MethodPost, tc.path, `["1"]`)
		push.RemoteAddr = tc.remote
		require.Equal(t, tc.want, answer(handler, push).Code, "%+v", tc)
	}
	require.Len(t, got.taken, 1)
}

// TestX5SecretIsNotPrinted: neither the handler nor an error shows it.
func TestX5SecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, new(inbox).take, provider.RequireSecret(secret))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, handler), secret)
	}
	_, err = provider.ReportHandler(&pushing{plain{"tencent"}}, new(inbox).take, provider.RequireSecret(secret+"!"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), secret)
}

// rows is a service whose pushes are ids, one a line; "bad" is a report that cannot
// be read, and "broken" makes the whole push unreadable.
type rows struct{ pushing }

func (s *rows) ParseReports(r *http.Request) ([]provider.Report, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var (
		reports []provider.Report
		bad     provider.BadReports
	)
	for i, id := range strings.Fields(string(body)) {
		switch id {
		case "bad":
			bad = append(bad, fmt.Errorf("[%d]: bad", i), nil)
		case "broken":
			return reports, errors.New("broken")
		default:
			reports = append(reports, provider.Report{Provider: "rows", ID: id})
		}
	}
	if bad != nil {
		return reports, fmt.Errorf("some: %w", bad)
	}
	return reports, nil
}

// TestX3BadReportsBesideGoodOnes: the good ones reach the program, the bad ones the
// hook, and the service does not hear of them.
func TestX3BadReportsBesideGoodOnes(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, tc := range []struct {
		body    string
		failure error
		taken   []string
		hook    []string
		answer  int
	}{
		{body: "1 bad 2", taken: []string{"rows 1", "rows 2"}, hook: []string{"[1]: bad"}, answer: 200},
		{body: "bad 1 bad", taken: []string{"rows 1"}, hook: []string{"[0]: bad", "[2]: bad"}, answer: 200},
		{body: "bad", hook: []string{"[0]: bad"}, answer: 200},
		{body: "bad", failure: full, hook: []string{"[0]: bad"}, answer: 200},
		{body: "1 bad", failure: full, taken: []string{"rows 1"}, hook: []string{"[1]: bad"}, answer: 503},
		{body: "1 broken bad", hook: []string{"broken"}, answer: 503},
		{body: "1", failure: full, taken: []string{"rows 1"}, answer: 503},
		{body: "", answer: 200},
	} {
		t.Run(tc.body, func(t *testing.T) {
			t.Parallel()
			var (
				got  inbox
				hook []string
			)
			handle := func(ctx context.Context, reports []provider.Report) error {
				_ = got.take(ctx, reports)
				return tc.failure
			}
			hooked := provider.OnReportError(func(_ context.Context, err error) { hook = append(hook, err.Error()) })
			for _, options := range [][]provider.ReportOption{{hooked}, {hooked, provider.DropRepetitions(newStore(t))}, nil} {
				got, hook = inbox{}, nil
				handler, err := provider.ReportHandler(&rows{}, handle, options...)
				require.NoError(t, err)
				require.Equal(t, tc.answer, answer(handler, newPush(t, http.MethodPost, "/", tc.body)).Code)
				require.Equal(t, tc.taken, got.taken)
				if options != nil {
					require.Equal(t, tc.hook, hook)
				}
			}
		})
	}
}

func TestBadReportsSayEach(t *testing.T) {
	t.Parallel()
	first, second := errors.New("[1]: sid: missing"), errors.New("[4]: null")
	bad := provider.BadReports{first, second}
	require.EqualError(t, bad, "[1]: sid: missing\n[4]: null")
	require.ErrorIs(t, bad, second)
	require.EqualError(t, provider.BadReports{}, "no bad reports")
}

// TestX5AnswersAfterTheProgram: not a byte of the answer goes out while handle works.
func TestX5AnswersAfterTheProgram(t *testing.T) {
	t.Parallel()
	working, finish := make(chan struct{}), make(chan struct{})
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, func(context.Context, []provider.Report) error {
		close(working)
		<-finish
		return nil
	})
	require.NoError(t, err)
	answered := make(chan *httptest.ResponseRecorder, 1)
	recorder := &watched{ResponseRecorder: httptest.NewRecorder(), wrote: make(chan struct{}, 9)}
	go func() {
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(`["1"]`)))
		answered <- recorder.ResponseRecorder
	}()
	<-working
	select {
	case <-recorder.wrote:
		t.Error("answered before handle has returned")
	default:
	}
	close(finish)
	require.Equal(t, http.StatusOK, (<-answered).Code)
	require.NotEmpty(t, recorder.wrote)
}

// watched tells when somebody writes an answer.
type watched struct {
	*httptest.ResponseRecorder
	wrote chan struct{}
}

func (w *watched) WriteHeader(status int) {
	w.wrote <- struct{}{}
	w.ResponseRecorder.WriteHeader(status)
}

func (w *watched) Write(content []byte) (int, error) {
	w.wrote <- struct{}{}
	return w.ResponseRecorder.Write(content)
}

func (w *watched) WriteString(content string) (int, error) { return w.Write([]byte(content)) }
