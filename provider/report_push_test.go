package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
	first, second := &pushing{plain{"tencent"}}, &pushing{plain{"ronglian"}}
	for _, tc := range []struct {
		name   string
		in     provider.Provider
		handle func(context.Context, []provider.Report) error
		want   error
		text   string
	}{
		{"several parsers", tree(first, second), handle, errors.ErrUnsupported, "composer: reports: unsupported: several providers here take pushed reports: mount one handler for each"},
		{"nobody", tree(&plain{"ihuyi"}), handle, errors.ErrUnsupported, "composer: reports: unsupported: nobody here takes pushed reports"},
		{"no handle", first, nil, provider.KindConfig, "tencent: reports: config: handle: must not be nil"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			handler, err := provider.ReportHandler(tc.in, tc.handle)
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
