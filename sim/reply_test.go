package sim_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

func TestXMLReply(t *testing.T) {
	t.Parallel()
	type result struct {
		Code string `xml:"code"`
	}
	r := sim.XML(http.StatusOK, "text/xml", "<?xml?>", result{"1<2"})
	require.Equal(t, "<?xml?><result><code>1&lt;2</code></result>", string(r.Body))
	require.Panics(t, func() { sim.XML(http.StatusOK, "text/xml", "", func() {}) })
}

// jsonService answers in JSON.
type jsonService struct{ post }

func (jsonService) Answer(*sim.Call, sim.Outcome) sim.Reply {
	return sim.JSON(201, "application/json", map[string]int{"n": 1})
}

func TestReplyJSON(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, jsonService{post{"post"}})
	got := b.send(t, "post", "1 hello")
	require.Equal(t, 201, got.status)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	require.JSONEq(t, `{"n":1}`, got.body)
}
