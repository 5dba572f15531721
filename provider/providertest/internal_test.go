package providertest

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReplaceAt(t *testing.T) {
	t.Parallel()
	const reply = `{"Response":{"Set":[{"Code":"Ok","Fee":1},{"Code":"Ok"}],"Id":"x"},"n":2}`
	tests := []struct {
		name  string
		level int
		want  string // empty: nothing so deep
	}{
		{"members", 1, `{"Response":null,"n":null}`},
		{"one below", 2, `{"Response":{"Set":null,"Id":null},"n":2}`},
		{"in an array", 3, `{"Response":{"Set":[{"Code":null,"Fee":null},{"Code":null}],"Id":"x"},"n":2}`},
		{"too deep", 4, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var value any
			require.NoError(t, json.Unmarshal([]byte(reply), &value))
			changed, found := replaceAt(value, test.level, nil)
			require.Equal(t, test.want != "", found)
			if found {
				data, err := json.Marshal(changed)
				require.NoError(t, err)
				require.JSONEq(t, test.want, string(data))
			}
		})
	}
}

// recordingTransport keeps the one request that goes through it.
type recordingTransport struct{ seen RawRequest }

func (t *recordingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	t.seen = RawRequest{Method: r.Method, URL: r.URL.String(), Header: r.Header.Clone(), Body: body}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// The floor of a benchmark puts the same bytes on the wire as the provider.
func TestFloorRepeatsTheRequest(t *testing.T) {
	t.Parallel()
	raw := RawRequest{
		Method: http.MethodPut, URL: "http://service.invalid/path?a=b&c=%20", Body: []byte("the body"),
		Header: http.Header{"X-One": {"1", "2"}, "Content-Type": {"text/plain"}},
	}
	transport := &recordingTransport{}
	require.NoError(t, NetHTTP().New(transport)(t.Context(), raw))
	require.Equal(t, raw, transport.seen)
}

func TestOtherCode(t *testing.T) {
	t.Parallel()
	require.Equal(t, "153201", otherCode("042190"))
}

// A gate opens for all at once, and after a while for one alone.
func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := newGate(2)
		passed := make(chan struct{})
		go func() { g.pass(); close(passed) }()
		synctest.Wait()
		g.pass()
		<-passed
		g.pass() // a third passes
		require.Zero(t, time.Since(start))

		lonely := newGate(2)
		lonely.pass()
		require.Equal(t, longestWait, time.Since(start))
	})
}

func TestNeedleStandsIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, needle, text string
		want               bool
	}{
		{name: "a code alone", needle: "042137", text: "042137", want: true},
		{name: "a code among words", needle: "042137", text: `code="042137"`, want: true},
		{name: "a code behind letters", needle: "042137", text: "x042137x", want: true},
		{name: "digits of a time", needle: "042137", text: "2026-11-21T11:49:42.160421378Z"},
		{name: "digits of a duration", needle: "042137", text: "took 1042137"},
		{name: "by chance, and then for real", needle: "042137", text: "1042137 042137", want: true},
		{name: "a number behind its country code", needle: "13800138000", text: "+8613800138000", want: true},
		{name: "a secret", needle: "key-1", text: "2key-13", want: true},
		{name: "not there", needle: "042137", text: "04213"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (needle{text: tt.needle}).standsIn(tt.text); got != tt.want {
				t.Errorf("standsIn(%q): got %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}
