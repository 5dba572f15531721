package simtest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

const key = "kite-secret"

// kite is a service that does not exist. It takes JSON at /kite, signed in a header,
// and forms at /balance.
type kite struct {
	*sim.Account

	flaw flaw
}

// flaw is what is wrong with a kite; the zero flaw is nothing.
type flaw struct {
	judge  func(c *sim.Call, o sim.Outcome) sim.Outcome // changes what is decided
	answer func(o sim.Outcome, r sim.Reply) sim.Reply   // changes what is answered
	codes  string
}

func newKite(f flaw) kite { return kite{sim.NewAccount(sim.AccountConfig{}), f} }

func (kite) Name() string { return "kite" }

func (kite) Owns(r *http.Request) bool { return r.URL.Path == "/kite" || r.URL.Path == "/balance" }

func (k kite) Codes() facts.Codes {
	if k.flaw.codes != "" {
		return facts.MustParseCodes(k.flaw.codes)
	}
	return facts.MustParseCodes(`
		0         | ok
		10        | config | the field %s is wrong
		20-29     | unavailable | a storm <of wind> & rain
		Thread.*  | balance | no thread left
	`)
}

func (k kite) Judge(c *sim.Call) sim.Outcome {
	o := k.judge(c)
	if k.flaw.judge != nil {
		o = k.flaw.judge(c, o)
	}
	return o
}

func (k kite) judge(c *sim.Call) sim.Outcome {
	if c.Request.URL.Path == "/balance" {
		form, err := c.Form()
		switch {
		case err != nil:
			return sim.Refuse("10", "%v", err)
		case form.Get("key") != key:
			return sim.Refuse("10", "key: wrong")
		case form.Get("of") != "thread":
			return sim.Refuse("10", "of: want thread")
		case strings.Trim(form.Get("in"), "abc") != "":
			return sim.Refuse("10", "in: want a, b or c")
		}
		return sim.Grant(k.Left())
	}
	return k.judgeText(c)
}

func (k kite) judgeText(c *sim.Call) sim.Outcome {
	if c.Request.Header.Get("Kite-Sign") != sign(string(c.Body)) {
		return sim.Refuse("10", "Kite-Sign: wrong")
	}
	var body struct {
		To, Text *string
		Loops    *int
		Wind     struct{ Speed int }
	}
	if err := c.JSON(&body); err != nil {
		return sim.Refuse("10", "%v", err)
	}
	switch {
	case body.To == nil || !sim.IsMainland(*body.To):
		return sim.Refuse("10", "to: want 11 digits")
	case body.Text == nil || *body.Text == "":
		return sim.Refuse("10", "text: missing")
	case body.Loops == nil:
		return sim.Refuse("10", "loops: missing")
	case *body.Loops > 3:
		return sim.Refuse("10", "loops: at most 3")
	}
	return sim.Accept(sim.Text{Mailbox: "kite", ID: fmt.Sprint(c.Seq), To: "+86" + *body.To, Text: *body.Text, Params: []string{*body.Text}})
}

func (k kite) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	answer := map[string]any{"code": o.Code, "words": strings.ReplaceAll(o.Words, "%s", "x"), "data": o.Data}
	if !o.Refused() {
		answer["code"] = "0"
	}
	r := sim.JSON(http.StatusOK, "application/json", answer)
	if k.flaw.answer != nil {
		r = k.flaw.answer(o, r)
	}
	return r
}

func sign(body string) string {
	sum := sha256.Sum256([]byte(key + body))
	return hex.EncodeToString(sum[:])
}

const body = `{"loops":3,"text":"Your code is 042137.","to":"13800138000","wind":{"Speed":2}}`

func harness(f flaw) simtest.Harness {
	send := simtest.Request{
		Name: "send", Path: "/kite", JSON: body, Header: http.Header{"kite-sign": {sign(body)}},
		Sign: func(r *simtest.Request) { r.Header.Set("Kite-Sign", sign(r.JSON)) },
		Free: []string{"text"}, Signed: []string{"text"}, Optional: []string{"wind"}, Wrong: map[string][]string{"loops": {"4", `"x"`}}, Texts: 1,
	}
	return simtest.Harness{
		New: func() sim.Service { return newKite(f) },
		Requests: []simtest.Request{
			send,
			{Name: "balance", Path: "/balance", Form: url.Values{"key": {key}, "of": {"thread"}}, Wrong: map[string][]string{"in": {"d"}}},
			{Name: "query", Path: "/balance", Query: url.Values{"key": {key}, "of": {"thread"}}, Before: []simtest.Request{send}, Wrong: map[string][]string{"in": {"d"}}},
		},
		NullIsAbsent: true,
		Impossible:   map[string]func(){"Balance": func() { below := -1; sim.NewAccount(sim.AccountConfig{Balance: &below}) }},
		Secrets:      []string{key},
	}
}

func TestSoundSimulator(t *testing.T) {
	t.Parallel()
	simtest.Run(t, harness(flaw{}))
}

// TestFlaws: each flaw is found, and what is said of it helps.
func TestFlaws(t *testing.T) {
	t.Parallel()
	text := func(change func(*sim.Text)) func(*sim.Call, sim.Outcome) sim.Outcome {
		return func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			for i := range o.Texts {
				change(&o.Texts[i])
			}
			return o
		}
	}
	requests := 0
	tests := []struct {
		name string
		flaw flaw
		want string
	}{
		{"a field is not checked", flaw{judge: func(c *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "of: ") {
				return sim.Grant(1)
			}
			return o
		}}, "balance/form of: left out: the request is granted"},
		{"a value is not checked", flaw{judge: func(c *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "in: ") {
				return sim.Grant(1)
			}
			return o
		}}, "balance/form in: the value d: the request is granted"},
		{"a text is sent in spite of it", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "to: ") {
				return sim.Accept(sim.Text{})
			}
			return o
		}}, "send/json to: left out: the request sends 1 texts"},
		{"the signature is not checked", flaw{judge: func(c *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "Kite-Sign: ") {
				return sim.Accept(sim.Text{})
			}
			return o
		}}, "send/json text: another value, not signed: the request sends 1 texts"},
		{"the verdict names nothing", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			if o.Refused() {
				o.Verdict = "wrong"
			}
			return o
		}}, `send/json to: left out: want a verdict that begins with the name to, got "wrong"`},
		{"the verdict names a field that only begins so", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			o.Verdict = strings.Replace(o.Verdict, "to: ", "token: ", 1)
			return o
		}}, `send/json to: left out: want a verdict that begins with the name to, got "token: want 11 digits"`},
		{"no verdict", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			o.Verdict = ""
			return o
		}, answer: func(o sim.Outcome, r sim.Reply) sim.Reply {
			if o.Refused() {
				r.Status = http.StatusBadRequest
			}
			return r
		}}, "send/strange: the body object as application/json: refused without a verdict: HTTP 400"},
		{"a valid request is refused", flaw{judge: func(*sim.Call, sim.Outcome) sim.Outcome {
			return sim.Refuse("10", "to: of no use")
		}}, "send/granted: a valid request is refused: HTTP 200, to: of no use"},
		{"no text", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			o.Texts = nil
			return o
		}}, "send/granted: a valid request sends 0 texts, want 1"},
		{"no number", flaw{judge: text(func(m *sim.Text) { m.To = "13800138000" })}, "send/granted: Text.To: want a number in E.164 form"},
		{"no account", flaw{judge: text(func(m *sim.Text) { m.Mailbox = "" })}, "send/granted: Text.Mailbox"},
		{"no words", flaw{judge: text(func(m *sim.Text) { m.Text = "" })}, "send/granted: Text.Text"},
		{"a name without a value", flaw{judge: text(func(m *sim.Text) { m.Names = []string{"a", "b", "c", "d"} })}, `send/granted: Text.Names: want one for each`},
		{"no signature", flaw{judge: text(func(m *sim.Text) { m.Sign = "Kite" })}, `send/granted: Text.Text: want the signature "Kite"`},
		{"another value", flaw{judge: text(func(m *sim.Text) { m.Params = []string{"000000"} })}, `send/granted: Text.Text: "Your code is 042137." lacks the value "000000"`},
		{"one id", flaw{judge: text(func(m *sim.Text) { m.ID = "1" })}, `send/at once: two requests give the id "1"`},
		{"chance", flaw{answer: func(_ sim.Outcome, r sim.Reply) sim.Reply {
			requests++
			r.Body = fmt.Appendf(r.Body, " %d", requests)
			return r
		}}, "send/same again: the same request to two fresh simulators is answered in two ways"},
		{"no content type", flaw{answer: func(_ sim.Outcome, r sim.Reply) sim.Reply {
			r.ContentType = ""
			return r
		}}, "send/granted: the answer has no Content-Type"},
		{"no answer", flaw{answer: func(o sim.Outcome, r sim.Reply) sim.Reply {
			if o.Refused() {
				return sim.Reply{}
			}
			return r
		}}, "send/strange: the body null as application/json: refused without a verdict: HTTP 501"},
		{"a panic", flaw{judge: func(c *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "body: ") {
				panic("index out of range")
			}
			return o
		}}, "balance/strange: the body escape as application/json: no answer to POST /balance"},
		{"the code does not show", flaw{answer: func(o sim.Outcome, r sim.Reply) sim.Reply {
			if o.Refused() {
				r.Body = []byte(o.Words)
			}
			return r
		}}, "send/refusals: scripted code 29: the code is neither in the answer nor its HTTP status"},
		{"the words do not show", flaw{answer: func(o sim.Outcome, r sim.Reply) sim.Reply {
			if o.Refused() {
				r.Body = []byte(o.Code)
			}
			return r
		}}, `send/refusals: scripted code Thread.Simtest: the answer lacks the words "no thread left"`},
		{"no codes", flaw{codes: "0 | ok"}, "send/refusals: Codes has no code of refusal"},
		{"the script is overruled", flaw{judge: func(c *sim.Call, o sim.Outcome) sim.Outcome {
			_, _ = c.Scripted()
			return o
		}}, "send/refusals: scripted code 10: the refused request sends a text"},
		{"a secret", flaw{judge: func(_ *sim.Call, o sim.Outcome) sim.Outcome {
			if strings.HasPrefix(o.Verdict, "Kite-Sign: ") {
				o.Verdict += " for " + key
			}
			return o
		}}, "send/header Kite-Sign: left out: a secret shows in the verdict"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireProblem(t, harness(tt.flaw), tt.want)
		})
	}
}

// requireProblem checks that the suite finds a problem.
func requireProblem(t *testing.T, h simtest.Harness, want string) {
	t.Helper()
	names, _, _ := strings.Cut(want, ": ")
	problems := simtest.Check(h, names)
	if !slices.ContainsFunc(problems, func(problem string) bool { return strings.Contains(problem, want) }) {
		t.Errorf("want %q among %d problems, such as %q", want, len(problems), problems[:min(len(problems), 20)])
	}
}

func TestImpossible(t *testing.T) {
	t.Parallel()
	h := harness(flaw{})
	h.Impossible = map[string]func(){"Key": func() {}}
	requireProblem(t, h, "impossible/Key: a configuration that no request could satisfy: want a panic that names Key, got <nil>")
	h.Impossible = map[string]func(){"Key": func() { panic(errors.New("kite: Config.Sign: empty")) }}
	requireProblem(t, h, "impossible/Key: a configuration that no request could satisfy: want a panic that names Key, got kite: Config.Sign: empty")
}

func TestBefore(t *testing.T) {
	t.Parallel()
	h := harness(flaw{})
	h.Requests[2].Before = []simtest.Request{{Name: "nothing", Path: "/kite"}}
	requireProblem(t, h, `query/granted: request "nothing" before: Kite-Sign: wrong`)
}

func TestHarness(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"simtest: Harness.New: must not be nil"}, simtest.Check(simtest.Harness{}, ""))
	h := harness(flaw{})
	h.Requests = h.Requests[1:]
	require.Equal(t, []string{"simtest: Harness.Requests: want one that sends a text; set its Texts"}, simtest.Check(h, ""))
	h.Requests[1].Path = ""
	require.Equal(t, []string{"simtest: Harness.Requests[1]: want a Name and a Path"}, simtest.Check(h, ""))
}
