package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// pushing is a service that pushes a JSON list of message ids.
type pushing struct{ plain }

func (p *pushing) ParseReports(r *http.Request) ([]provider.Report, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var ids []string
	if err := json.Unmarshal(body, &ids); err != nil {
		return nil, err
	}
	var reports []provider.Report
	for _, id := range ids {
		if id == "" {
			return reports, errors.New("a report without an id")
		}
		reports = append(reports, provider.Report{Provider: p.name, ID: id})
	}
	return reports, nil
}

func (p *pushing) AcknowledgeReports(w http.ResponseWriter, err error) {
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"result":1}`)
		return
	}
	_, _ = io.WriteString(w, `{"result":0}`)
}

func TestReportHandler(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		body    string
		failure error
		want    []string
		status  int
		answer  string
	}{
		{"two reports", `["1","2"]`, nil, []string{"1", "2"}, 200, `{"result":0}`},
		{"no reports", `[]`, nil, nil, 200, `{"result":0}`},
		{"no reports are no reason to fail", `[]`, errors.New("disk full"), nil, 200, `{"result":0}`},
		{"handle fails", `["1"]`, errors.New("disk full"), []string{"1"}, 503, `{"result":1}`},
		{"not what the service promises", `<html>`, nil, nil, 503, `{"result":1}`},
		{"good reports before a bad one", `["1",""]`, nil, nil, 503, `{"result":1}`},
		{"empty", ``, nil, nil, 503, `{"result":1}`},
		{"as long as allowed", `["` + strings.Repeat("a", 1<<20-4) + `"]`, nil, []string{strings.Repeat("a", 1<<20-4)}, 200, `{"result":0}`},
		{"one byte longer", `["` + strings.Repeat("a", 1<<20-3) + `"]`, nil, nil, 503, `{"result":1}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var handled []string
			handler, err := provider.ReportHandler(tree(&pushing{plain{"tencent"}}), func(_ context.Context, reports []provider.Report) error {
				for _, report := range reports {
					handled = append(handled, report.ID)
				}
				return tc.failure
			})
			require.NoError(t, err)

			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/reports", strings.NewReader(tc.body)))
			require.Equal(t, tc.status, recorder.Code)
			require.Equal(t, tc.answer, recorder.Body.String())
			require.True(t, len(tc.want) == len(handled) && (len(handled) == 0 || handled[0] == tc.want[0]))
		})
	}
}

func TestReportHandlerGivesTheRequestsContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	handler, err := provider.ReportHandler(&pushing{}, func(ctx context.Context, _ []provider.Report) error {
		if ctx.Value(key{}) != "value" {
			return errors.New("another context")
		}
		return nil
	})
	require.NoError(t, err)
	ctx := context.WithValue(t.Context(), key{}, "value")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(`["1"]`)))
	require.Equal(t, http.StatusOK, recorder.Code)
}

func TestReportHandlerOverARealServer(t *testing.T) {
	t.Parallel()
	handler, err := provider.ReportHandler(&pushing{}, func(context.Context, []provider.Report) error { return nil })
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	for body, want := range map[string]int{`["1"]`: http.StatusOK, strings.Repeat(" ", 2<<20): http.StatusServiceUnavailable} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(body))
		require.NoError(t, err)
		reply, err := server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, reply.Body.Close())
		require.Equal(t, want, reply.StatusCode)
	}
}

func TestReportHandlerRefuses(t *testing.T) {
	t.Parallel()
	handle := func(context.Context, []provider.Report) error { return nil }
	first, twin := &pushing{plain{"tencent"}}, &pushing{plain{"tencent"}}
	const noSecret = `tencent: reports: config: RequireSecret: want 16 or more characters out of A-Z, a-z, 0-9, "-" and "_"`
	const noName = "composer: reports: config: several providers here take pushed reports, " +
		"and one has a name that cannot end a path: set its Config.Name"
	for _, tc := range []struct {
		name   string
		in     provider.Provider
		handle func(context.Context, []provider.Report) error
		option provider.ReportOption
		want   error
		text   string
	}{
		{"nobody", tree(&plain{"ihuyi"}), handle, provider.RequireSecret(secret), errors.ErrUnsupported, "composer: reports: unsupported: nobody here takes pushed reports"},
		{"no handle", first, nil, provider.RequireSecret(secret), provider.KindConfig, "tencent: reports: config: handle: must not be nil"},
		{
			"two of one name", tree(first, twin), handle, provider.RequireSecret(secret), provider.KindConfig,
			"composer: reports: config: two providers here take pushed reports and have the same name: set Config.Name",
		},
		{"a name of two elements", tree(first, &pushing{plain{"a/b"}}), handle, provider.RequireSecret(secret), provider.KindConfig, noName},
		{"a name that a mux takes out", tree(&pushing{plain{".."}}, first), handle, provider.RequireSecret(secret), provider.KindConfig, noName},
		{"no name", tree(first, &pushing{}), handle, provider.RequireSecret(secret), provider.KindConfig, noName},
		{"an option that is nil", first, handle, nil, provider.KindConfig, "tencent: reports: config: options: one is nil"},
		{"empty secret", first, handle, provider.RequireSecret(""), provider.KindConfig, noSecret},
		{"short secret", first, handle, provider.RequireSecret(provider.Secret(secret[:15])), provider.KindConfig, noSecret},
		{"secret of two elements", first, handle, provider.RequireSecret(secret + "/" + secret), provider.KindConfig, noSecret},
		{"secret with a line end", first, handle, provider.RequireSecret(secret + "\n"), provider.KindConfig, noSecret},
		{"secret of other letters", first, handle, provider.RequireSecret("密密密密密密密密密密密密密密密密"), provider.KindConfig, noSecret},
		{"no addresses", first, handle, provider.AllowAddresses(), provider.KindConfig, "tencent: reports: config: AllowAddresses: no network given"},
		{
			"address that is none", first, handle, provider.AllowAddresses(netip.Prefix{}), provider.KindConfig,
			"tencent: reports: config: AllowAddresses: one is no valid network; make it with netip.MustParsePrefix",
		},
		{"no hook", first, handle, provider.OnReportError(nil), provider.KindConfig, "tencent: reports: config: OnReportError: hook must not be nil"},
		{"no store", first, handle, provider.DropRepetitions(nil), provider.KindConfig, "tencent: reports: config: DropRepetitions: store must not be nil"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			handler, err := provider.ReportHandler(tc.in, tc.handle, tc.option)
			require.ErrorIs(t, err, tc.want)
			require.EqualError(t, err, tc.text)
			require.Nil(t, handler)
		})
	}
}

func TestReportHandlerTakesAMemberThatStandsTwice(t *testing.T) {
	t.Parallel()
	member := &pushing{plain{"tencent"}}
	_, err := provider.ReportHandler(group("composer", member, group("chain", member)), func(context.Context, []provider.Report) error {
		return nil
	})
	require.NoError(t, err)
}

// net/http gives every request a body; one that is made by hand may lack it.
func TestReportHandlerWithoutABody(t *testing.T) {
	t.Parallel()
	handler, err := provider.ReportHandler(&pushing{plain{name: "a"}}, func(context.Context, []provider.Report) error { return nil })
	require.NoError(t, err)
	push, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, push)
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
}
