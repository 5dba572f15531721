package fake_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// take mounts a handler that collects what is pushed, and fails as err says.
func take(t *testing.T, sms provider.Provider, err error) (handler http.Handler, taken *[]provider.Report) {
	t.Helper()
	taken = &[]provider.Report{}
	handler, problem := provider.ReportHandler(sms, func(_ context.Context, reports []provider.Report) error {
		*taken = append(*taken, reports...)
		return err
	})
	require.NoError(t, problem)
	return handler, taken
}

func push(handler http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code
}

func TestU4ReportParser(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	reports := []provider.Report{
		{
			Phone: anna, ID: "fake-1", Ref: "order-7", At: at, Extra: map[string]string{"sign": "Acme"},
			Status: provider.Status{State: provider.StateFailed, Kind: provider.KindBlocked, Code: "MK:0001", Text: "blocked", At: at},
		},
		{Kind: provider.ReportReply, Phone: otherOne, Reply: "STOP", Provider: "inner"},
		{Kind: provider.ReportReply, Reply: "from nobody"},
	}
	sms := &fake.ReportParser{}
	handler, taken := take(t, sms, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /sms/reports", handler)
	require.Equal(t, http.StatusOK, push(mux, sms.NewPush(t, "/sms/reports", reports...)))
	require.Empty(t, reports[0].Provider, "the caller's report stays as it is")
	reports[0].Provider, reports[2].Provider = "fake", "fake"
	require.Equal(t, reports, *taken)

	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	answer, err := server.Client().Do(sms.NewPush(t, server.URL+"/sms/reports", reports[1]))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Len(t, *taken, 4)
}

func TestU4ReportParserAsksAgain(t *testing.T) {
	t.Parallel()
	sms := &fake.ReportParser{}
	handler, taken := take(t, sms, errors.New("the database is full"))
	require.Equal(t, http.StatusInternalServerError, push(handler, sms.NewPush(t, "/", provider.Report{ID: "fake-1"})))
	require.Len(t, *taken, 1)
}

func TestU4ReportParserRefusesOtherPushes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method string
		answer       int
		body         string
		problem      string
	}{
		{"GET", http.MethodGet, http.StatusMethodNotAllowed, "[]", "fake: reports: unavailable: unusable push: want POST"},
		{"no JSON", http.MethodPost, http.StatusInternalServerError, "phone=13800138000", "fake: reports: unavailable: unusable push: want a JSON array of reports, as NewPush makes it"},
		{"bad number", http.MethodPost, http.StatusInternalServerError, `[{"Phone":"12x"}]`, "fake: reports: unavailable: unusable push: want a JSON array of reports, as NewPush makes it"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sms := &fake.ReportParser{}
			handler, taken := take(t, sms, nil)
			request := func() *http.Request {
				return httptest.NewRequestWithContext(t.Context(), test.method, "/", strings.NewReader(test.body))
			}
			require.Equal(t, test.answer, push(handler, request()))
			require.Empty(t, *taken)
			_, err := sms.ParseReports(request())
			require.EqualError(t, err, test.problem)
		})
	}
	_, err := (&fake.ReportParser{}).ParseReports(&http.Request{Method: http.MethodPost})
	require.ErrorContains(t, err, "want a JSON array", "a request that was made by hand may lack a body")
}

func TestU4NewPushEndsTheTest(t *testing.T) {
	t.Parallel()
	sms := &fake.ReportParser{}
	r := record(t, func(r *recorder) { sms.NewPush(r, "no address\x00") })
	require.Contains(t, r.fatal, "NewPush cannot make a request to this target")
	tooLate := provider.Report{At: time.Date(10_000, time.January, 1, 0, 0, 0, 0, time.UTC)}
	r = record(t, func(r *recorder) { sms.NewPush(r, "/", tooLate) })
	require.Contains(t, r.fatal, "NewPush cannot write the reports as JSON")
}
