package sim_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

func TestVarsFromJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, problem string
		want                sim.Vars
	}{
		{name: "in their order", body: `{"vars":{"b":"1","a":"二\n"}}`, want: sim.Vars{Names: []string{"b", "a"}, Values: []string{"1", "二\n"}}},
		{name: "the last one of a name", body: `{"vars":{"a":"1","b":"2","a":"3"}}`, want: sim.Vars{Names: []string{"a", "b"}, Values: []string{"3", "2"}}},
		{name: "an empty object", body: `{"vars":{}}`, want: sim.Vars{Names: []string{}, Values: []string{}}},
		{name: "left out", body: `{}`},
		{name: "null", body: `{"vars":null}`},
		{name: "an array", body: `{"vars":["1"]}`, problem: "vars: got a JSON array"},
		{name: "a string", body: `{"vars":"1"}`, problem: "vars: got a JSON string"},
		{name: "a number in it", body: `{"vars":{"a":"1","b":5}}`, problem: "vars: got a JSON number, want a value for string"},
		{name: "null in it", body: `{"vars":{"a":null}}`, problem: "vars: got a JSON null, want a value for string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Vars sim.Vars `json:"vars"`
			}
			err := (&sim.Call{Body: []byte(tt.body)}).JSON(&got)
			if tt.problem != "" {
				require.ErrorContains(t, err, tt.problem)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.Vars)
		})
	}
	require.Error(t, (&sim.Vars{}).UnmarshalJSON([]byte(`{"a":`)))
	var syntax *json.SyntaxError
	require.ErrorAs(t, json.Unmarshal([]byte(`{"a":"1"}}`), &sim.Vars{}), &syntax)
}

func TestNamedPlaces(t *testing.T) {
	t.Parallel()
	braces, percents := sim.Named("{", "}"), sim.Named("%", "%")
	vars := sim.Vars{Names: []string{"code", "minutes"}, Values: []string{"{minutes}", "5"}}
	tests := []struct {
		name, text, filled, missing string
		places                      sim.NamedPlaces
		names                       []string
	}{
		{"filled", "a {minutes} b {code} c {minutes}", "a 5 b {minutes} c 5", "", braces, []string{"minutes", "code"}},
		{"another mark", "a %minutes% {code}", "a 5 {code}", "", percents, []string{"minutes"}},
		{"a value is missing", "{minutes} {name} {town}", "5 {name} {town}", "name", braces, []string{"minutes", "name", "town"}},
		{"no place", "{} {a b} {码}", "{} {a b} {码}", "", braces, nil},
		{"no text", "", "{minutes} 5", "", braces, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.names, tt.places.Names(tt.text))
			require.Equal(t, tt.filled, tt.places.Fill(tt.text, vars))
			require.Equal(t, tt.missing, tt.places.Missing(tt.text, vars))
		})
	}
}
