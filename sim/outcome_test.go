package sim_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

func TestFirstRefusal(t *testing.T) {
	t.Parallel()
	asked := 0
	check := func(o sim.Outcome) func(*sim.Call, string) sim.Outcome {
		return func(_ *sim.Call, request string) sim.Outcome {
			require.Equal(t, "request", request)
			asked++
			return o
		}
	}
	o := sim.FirstRefusal(nil, "request", check(sim.Outcome{}), check(sim.Refuse("1", "x: y")), check(sim.Refuse("2", "x: y")))
	require.Equal(t, "1", o.Code)
	require.Equal(t, 2, asked)
	require.False(t, sim.FirstRefusal(nil, "request", check(sim.Outcome{})).Refused())
}

// A refusal has the words of its row, wherever that is, unless somebody says more.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		judge sim.Outcome
		fault sim.Fault
		want  string
	}{
		{"of the row", sim.Refuse("poor", "number: x"), sim.Fault{}, "poor: no money left"},
		{"of another table", sim.Refuse("late", "number: x"), sim.Fault{}, "late: too late"},
		{"of nobody", sim.Refuse("strange", "number: x"), sim.Fault{}, "strange: "},
		{"the service's own", sim.Outcome{Code: "poor", Words: "pay"}, sim.Fault{}, "poor: pay"},
		{"scripted", sim.Outcome{}, sim.Fault{Code: "poor"}, "poor: no money left"},
		{"scripted, of another table", sim.Outcome{}, sim.Fault{Code: "late"}, "late: too late"},
		{"scripted, of a run", sim.Outcome{}, sim.Fault{Code: "7042"}, "7042: out of order"},
		{"scripted, of a family", sim.Outcome{}, sim.Fault{Code: "Odd.One"}, "Odd.One: odd"},
		{"scripted, other words", sim.Outcome{}, sim.Fault{Code: "poor", Text: "pay for 13800138000"}, "poor: pay for 13800138000"},
		{"scripted, in no table", sim.Outcome{}, sim.Fault{Code: "new", Unlisted: true, Text: "what?"}, "new: what?"},
		{"scripted, but the service refuses", sim.Refuse("late", "number: x"), sim.Fault{Code: "poor"}, "late: too late"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, wordy{post{"post"}, tt.judge})
			if tt.fault.Code != "" {
				b.inject(t, tt.fault)
			}
			require.Equal(t, tt.want, b.send(t, "post", "").body)
			require.Empty(t, b.server.Texts())
		})
	}
}

// wordy decides always the same, and answers the code and the words.
type wordy struct {
	post

	outcome sim.Outcome
}

func (w wordy) Codes() facts.Codes {
	return facts.MustParseCodes(`
		poor      | balance     | no money left
		7000-7099 | unavailable | out of order
		Odd.*     | config      | odd
		[check]
		late      | code expired | too late
	`)
}

func (w wordy) Judge(*sim.Call) sim.Outcome                 { return w.outcome }
func (w wordy) Answer(_ *sim.Call, o sim.Outcome) sim.Reply { return text(o.Code + ": " + o.Words) }

// A page is sent as it is, and the script does not change it.
func TestPage(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.inject(t, sim.Fault{Code: "poor"})
	got := b.send(t, "post", "nonsense")
	require.Equal(t, http.StatusBadRequest, got.status)
	require.Equal(t, "no sense", got.body)
	require.Equal(t, 1, b.server.Exchanges()[0].Fault, "the fault met the request all the same")
}
