package wiretest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// Ask makes a request of a simulator and returns what was recorded of it. The address
// begins with the path.
func Ask(t testing.TB, s *sim.Server, method, address, body string, header http.Header) sim.Exchange {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+address, strings.NewReader(body))
	require.NoError(t, err)
	if header != nil {
		r.Header = header
	}
	return Do(t, s, r)
}

// Do is Ask for a request that is made already.
func Do(t testing.TB, s *sim.Server, r *http.Request) sim.Exchange {
	t.Helper()
	response, err := s.Transport().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	exchanges := s.Exchanges()
	return exchanges[len(exchanges)-1]
}

// PostForm sends a form to a simulator. It returns the reply, and what the simulator
// says of the request.
func PostForm(t testing.TB, s *sim.Server, address string, form url.Values) (reply, verdict string) {
	t.Helper()
	e := Ask(t, s, http.MethodPost, address, form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	return string(e.Reply), e.Verdict
}

// With is a form with other fields, names and values in turn.
func With(form url.Values, pairs ...string) url.Values {
	form = maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// LastCode is the code in the text that a simulator took last.
func LastCode(s *sim.Server) string {
	texts := s.Texts()
	return texts[len(texts)-1].Code
}

// OtherCode is a code of the same length in which every digit is another one.
func OtherCode(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}
