package sim_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// site answers one push after the other: with a status, or with a body under HTTP 200.
func site(t *testing.T, answers ...string) (address string, pushes *[]string) {
	t.Helper()
	pushes = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*pushes = append(*pushes, r.Header.Get("Content-Type")+" "+string(body))
		answer := answers[min(len(*pushes), len(answers))-1]
		if answer == "500" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, pushes
}

func TestPush(t *testing.T) {
	t.Parallel()
	const taken = `{"code":0,"msg":"ok"}`
	for _, tt := range []struct {
		name    string
		answers []string
		tries   int
		takes   func([]byte) error
		pushes  int
		want    string
	}{
		{name: "any answer", answers: []string{"x"}, pushes: 1},
		{name: "taken at once", answers: []string{taken}, tries: 4, takes: sim.WantZero("code", taken), pushes: 1},
		{name: "taken at last", answers: []string{"500", "x", `{"code":1}`, taken}, tries: 4, takes: sim.WantZero("code", taken), pushes: 4},
		{name: "an error", answers: []string{"500"}, tries: 2, pushes: 2, want: "the receiver answers HTTP 500"},
		{name: "another number", answers: []string{`{"code":7}`}, takes: sim.WantZero("code", taken), pushes: 1, want: "the receiver answers code 7"},
		{name: "a string", answers: []string{`{"code":"0"}`}, takes: sim.WantZero("code", taken), pushes: 1, want: "the receiver's answer is not " + taken},
		{name: "null", answers: []string{`{"code":null}`}, takes: sim.WantZero("code", taken), pushes: 1, want: "the receiver's answer is not"},
		{name: "no member", answers: []string{`{}`}, takes: sim.WantZero("code", taken), pushes: 1, want: "the receiver's answer is not"},
		{name: "no object", answers: []string{`[]`}, takes: sim.WantZero("code", taken), pushes: 1, want: "the receiver's answer is not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, pushes := site(t, tt.answers...)
			err := sim.Receiver{Client: &http.Client{}, Address: address, Tries: tt.tries, Takes: tt.takes}.Push(t.Context(), "text/plain", []byte("hello"))
			if tt.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.want)
			}
			require.Equal(t, strings.Repeat("text/plain hello,", tt.pushes), strings.Join(*pushes, ",")+",")
		})
	}
}

func TestPushToNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for address, want := range map[string]string{"http://127.0.0.1:1": context.Canceled.Error(), ":": "missing protocol scheme"} {
		require.ErrorContains(t, sim.Receiver{Client: &http.Client{}, Address: address}.Push(ctx, "text/plain", nil), want)
	}
}
