package wiretest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// recorder is a testing.TB that keeps what it is told instead of failing.
type recorder struct {
	testing.TB
	said strings.Builder
}

func (r *recorder) Helper()                           {}
func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.said, format, args...) }
func (r *recorder) FailNow()                          { panic(r) }

// complaints runs a check and returns what it complains of.
func complaints(t *testing.T, check func(t testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if problem := recover(); problem != nil && problem != any(r) {
				panic(problem)
			}
		}()
		check(r)
	}()
	return r.said.String()
}

// returning makes a call that asks the service, or does not, and returns the rest.
func returning(asks bool, got any, err error) Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		if asks {
			request, problem := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://sms.example.com/", nil)
			require.NoError(t, problem)
			response, problem := client.Do(request)
			require.NoError(t, problem)
			require.NoError(t, response.Body.Close())
		}
		return got, err
	}
}

// refused is a complete error of a service.
func refused(change func(e *provider.Error)) error {
	e := &provider.Error{
		Provider: "acme", Op: provider.OpSend, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "7", Text: "wait",
		HTTPStatus: http.StatusOK,
	}
	change(e)
	return e
}

// TestRunnersComplain shows each rule of a table being broken.
func TestRunnersComplain(t *testing.T) {
	t.Parallel()
	table := Table{Begins: "acme: send: ", Secrets: []string{"topsecret"}}
	same := func(*provider.Error) {}
	reply := func(row Reply, got any, err error) func(testing.TB) {
		row.Call = returning(true, got, err)
		return func(t testing.TB) { table.checkReply(t, row) }
	}
	refusal := func(change func(e *provider.Error)) func(testing.TB) {
		want := Reply{Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "7", Text: "wait", Says: refused(same).Error()}
		return reply(want, nil, refused(change))
	}
	input := func(asks bool, got any, change func(e *provider.Error)) func(testing.TB) {
		unsent := refused(func(e *provider.Error) { e.Code, e.Text = "", "To: wrong"; change(e) })
		row := Input{Call: returning(asks, got, unsent), Kind: provider.KindThrottled, Names: "To: "}
		return func(t testing.TB) { table.checkInput(t, row) }
	}
	request := func(asks bool, got any, err error) func(testing.TB) {
		row := Request{Call: returning(asks, got, err), Want: "id", Golden: filepath.Join("..", "testdata", "none.http")}
		return func(t testing.TB) { row.check(t) }
	}
	for name, tt := range map[string]struct {
		check func(testing.TB)
		want  string // nothing: there is nothing to complain of
	}{
		"granted":         {reply(Reply{Want: "id"}, "id", nil), ""},
		"another result":  {reply(Reply{Want: "id"}, "other", nil), "Not equal"},
		"not granted":     {reply(Reply{Want: "id"}, nil, refused(same)), "Received unexpected error"},
		"refused":         {refusal(same), ""},
		"not refused":     {reply(Reply{Kind: provider.KindThrottled}, nil, nil), "expected but got nil"},
		"foreign error":   {reply(Reply{Kind: io.EOF}, nil, io.EOF), "in chain"},
		"result as well":  {reply(Reply{Kind: provider.KindThrottled}, "id", refused(same)), "returns an error and nothing else"},
		"another kind":    {refusal(func(e *provider.Error) { e.Kind = provider.KindAuth }), "in chain"},
		"another name":    {refusal(func(e *provider.Error) { e.Provider = "other" }), `begins "acme: send: "`},
		"another code":    {refusal(func(e *provider.Error) { e.Code = "8" }), "Code of"},
		"another scope":   {refusal(func(e *provider.Error) { e.Scope = provider.ScopeAccount }), "Scope of"},
		"may be sent":     {refusal(func(e *provider.Error) { e.MayHaveSent = true }), "MayHaveSent of"},
		"another status":  {refusal(func(e *provider.Error) { e.HTTPStatus = http.StatusTeapot }), "HTTPStatus of"},
		"another text":    {refusal(func(e *provider.Error) { e.Text = "go" }), "Text of"},
		"another remedy":  {refusal(func(e *provider.Error) { e.Remedy = "wait" }), "Error message not equal"},
		"a secret":        {refusal(func(e *provider.Error) { e.Text = "topsecret" }), "what must stay hidden"},
		"unsent":          {input(false, nil, same), ""},
		"sent":            {input(true, nil, same), "before any request"},
		"unsent, result":  {input(false, "id", same), "returns an error and nothing else"},
		"unsent, unnamed": {input(false, nil, func(e *provider.Error) { e.Text = "x" }), "does not contain"},
		"unsent, code":    {input(false, nil, func(e *provider.Error) { e.Code = "7" }), "no service has given a code"},
		"unsent, unclear": {input(false, nil, func(e *provider.Error) { e.MayHaveSent = true }), "nothing was sent"},
		"no request":      {request(false, "id", nil), "exactly one request"},
		"request failed":  {request(true, nil, io.EOF), "a call that the service grants"},
		"request, result": {request(true, "other", nil), "Not equal"},
		"no golden file":  {request(true, "id", nil), "none.http"},
		"unnamed":         {func(t testing.TB) { Named(t, errors.New("A: wrong"), "A: ", "B: ") }, "B: "},
		"bad config":      {func(t testing.TB) { Build(t, func(int) (int, error) { return 0, io.EOF }, 0) }, "a configuration that should do"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := complaints(t, tt.check)
			if tt.want == "" {
				require.Empty(t, said)
				return
			}
			require.Contains(t, said, tt.want)
		})
	}
}

// careless takes plain HTTP wherever it goes, or never.
type careless struct{ refuses bool }

func (c careless) Validate() error {
	if c.refuses {
		return errors.New("BaseURL: want https://")
	}
	return nil
}

func TestPlainHTTPComplains(t *testing.T) {
	t.Parallel()
	for _, cfg := range []careless{{false}, {true}} {
		require.NotEmpty(t, complaints(t, func(t testing.TB) { PlainHTTP(t, cfg, func(*careless, string, bool) {}) }))
	}
}
