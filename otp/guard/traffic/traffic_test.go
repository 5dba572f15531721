package traffic_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard/traffic"
)

// TestScenarios holds every scenario to what the guard is for. The table of otp/replay
// has the whole floods.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, s := range traffic.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			sum, err := traffic.Replay(t.Context(), traffic.Config{}, s.Make(7))
			require.NoError(t, err)
			require.NoError(t, s.Judge(sum))
		})
	}
}

func TestScenariosRepeatForASeed(t *testing.T) {
	t.Parallel()
	same := func(a, b traffic.Event) bool {
		if a.SolveS != nil && b.SolveS != nil && *a.SolveS == *b.SolveS {
			a.SolveS, b.SolveS = nil, nil
		}
		return a == b
	}
	for _, s := range traffic.Samples() {
		if s.Name == "small-site" || s.Name == "bomb-solvers" || s.Name == "foreign" {
			require.True(t, slices.EqualFunc(s.Make(3), s.Make(3), same), s.Name)
			require.False(t, slices.EqualFunc(s.Make(3), s.Make(4), same), s.Name)
		}
	}
}

func before(events []traffic.Event, t float64) []traffic.Event {
	for i, e := range events {
		if e.T >= t {
			return events[:i]
		}
	}
	return events
}

func TestFormatRoundTrip(t *testing.T) {
	t.Parallel()
	events := before(traffic.Scenarios()[0].Make(1), 3600)
	var out bytes.Buffer
	require.NoError(t, traffic.Write(&out, events))
	read, err := traffic.Read(&out)
	require.NoError(t, err)
	require.Equal(t, events, read)
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	good := `{"t":2,"i":0,"typed":"13800138000","ip":"192.0.2.1","session":"","purpose":"login","action":"start","flow":7,"cond":"always"}` + "\n"
	_, err := traffic.Read(strings.NewReader(good + "\n" + good))
	require.NoError(t, err)
	for _, c := range []struct{ from, to, remedy string }{
		{good, "{", "want one JSON object"},
		{`"t":2`, `"t":"2"`, "want one JSON object"},
		{`"t":2`, `"t":1`, "sort the lines by t"},
		{`"t":2`, `"t":1e9`, "want seconds"},
		{`"start"`, `"stop"`, "want start, resend or check"},
		{`"always"`, `"sometimes"`, "want always, if_no_text or if_pending"},
		{`"login"`, `""`, "purpose is missing"},
		{`"flow":7`, `"flow":""`, "flow is missing"},
		{`192.0.2.1`, `192.0.2.256`, "want an IPv4 or IPv6 address"},
		{`"flow":7`, `"flow":7,"solve_s":-1`, "or null for never"},
		{`login`, strings.Repeat("x", 2<<20), "a million bytes at most"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		require.NotEqual(t, good, bad)
		_, err := traffic.Read(strings.NewReader(good + bad))
		require.ErrorContains(t, err, "line 2: ")
		require.ErrorContains(t, err, c.remedy)
	}
}

const story = `
{"i":0,"t":0,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"start","flow":1,"cond":"always","solve_s":null,"token":null,"will_verify":true}
{"i":1,"t":10,"typed":"+86 138-0013-8000","ip":"","session":"t","purpose":"login","action":"start","flow":2,"cond":"always","solve_s":5,"will_verify":false}
{"i":2,"t":20,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"start","flow":1,"cond":"if_no_text","will_verify":true}
{"i":3,"t":30,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"resend","flow":1,"cond":"if_pending","will_verify":true}
{"i":4,"t":61,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"resend","flow":1,"cond":"if_pending","will_verify":true}
{"i":5,"t":80,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"check","flow":1,"cond":"always","will_verify":false}
{"i":6,"t":90,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"check","flow":1,"cond":"always","will_verify":true}
{"i":7,"t":190,"typed":"13800138000","ip":"1.2.3.4","session":"s","purpose":"login","action":"resend","flow":1,"cond":"if_pending","will_verify":true}
{"i":8,"t":200,"typed":"nobody","ip":"1.2.3.4","session":"s","purpose":"login","action":"start","flow":3,"cond":"always","will_verify":false}
`

func TestDecisionsOfAStory(t *testing.T) {
	t.Parallel()
	events, err := traffic.Read(strings.NewReader(story))
	require.NoError(t, err)
	var out bytes.Buffer
	sum, err := traffic.Replay(t.Context(), traffic.Config{Decisions: traffic.Decisions{To: &out, Explain: true}}, events)
	require.NoError(t, err)
	require.Equal(t, `{"i":0,"decision":"allow","way":"free","cost_fen":0}
{"i":1,"decision":"refuse","way":"none","cost_fen":0,"rule":"R1","wait_s":50}
{"i":3,"decision":"refuse","way":"none","cost_fen":0,"rule":"ladder","wait_s":30}
{"i":4,"decision":"allow","way":"paid","cost_fen":6,"rule":""}
{"i":8,"decision":"refuse","way":"none","cost_fen":0,"rule":"phone"}
`, strings.ReplaceAll(out.String(), `"cost_fen":6}`, `"cost_fen":6,"rule":""}`))
	require.Equal(t, 1, sum.HonestFlows)
	require.Contains(t, sum.String(), "yuan lost 0.00")
}

// A challenge that somebody solves is asked again, with a second line.
func TestASolvedChallengeIsAskedAgain(t *testing.T) {
	t.Parallel()
	r := traffic.Rules()
	r.OpenHour, r.OpenDay = 1, 1
	events, err := traffic.Read(strings.NewReader(`{"i":0,"t":0,"typed":"13800138000","session":"s","purpose":"login","action":"start","flow":"1"}
{"i":1,"t":100,"typed":"13800138000","session":"t","purpose":"login","action":"start","flow":"2","solve_s":8.5}
{"i":2,"t":200,"typed":"13800138000","session":"u","purpose":"login","action":"start","flow":"3","solve_s":null}
`))
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = traffic.Replay(t.Context(), traffic.Config{Rules: &r, Decisions: traffic.Decisions{To: &out}}, events)
	require.NoError(t, err)
	require.Equal(t, `{"i":0,"decision":"allow","way":"free","cost_fen":0}
{"i":1,"decision":"challenge","way":"none","cost_fen":0}
{"i":1,"decision":"allow","way":"free","cost_fen":0}
{"i":2,"decision":"challenge","way":"none","cost_fen":0}
`, out.String())
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(story))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := traffic.Read(bytes.NewReader(data))
		if err == nil {
			_, err = traffic.Replay(t.Context(), traffic.Config{}, events)
			require.NoError(t, err)
		}
	})
}
