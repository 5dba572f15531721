package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const events = `{"Action":"output","Package":"m/a","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"pass","Package":"m/a","Test":"TestOne"}
{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"    a_test.go:7: no redis here\n"}
{"Action":"skip","Package":"m/a","Test":"TestTwo"}
{"Action":"output","Package":"m/a","Output":"coverage: 91.5% of statements\n"}
{"Action":"pass","Package":"m/a"}
{"Action":"output","Package":"m/b","Output":"coverage: 12.0% of statements\n"}
{"Action":"pass","Package":"m/b"}
`

const failing = `{"ImportPath":"m/c","Action":"build-output","Output":"c.go:1: undefined: x\n"}
{"Action":"output","Package":"m/a","Test":"TestOne","Output":"    a_test.go:9: want 1, got 2\n"}
{"Action":"fail","Package":"m/a","Test":"TestOne"}
`

func TestReport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, events, skips, coverage string
		problem                       string // empty: none
		says                          []string
	}{
		{
			name: "all explained", events: events, skips: "# known\na TestTwo: no redis*\n", coverage: "b # a program\n",
			says: []string{"tests and subtests: 1 passed, 0 failed", "    1 skipped: no redis here", "91.5 %  a", "12.0 %  b", "a program"},
		},
		{name: "unexpected skip", events: events, coverage: "b # a program", problem: "1 skips have no line", says: []string{"not an expected skip: a TestTwo: no redis here"}},
		{name: "low coverage", events: events, skips: "a *", problem: "1 packages are covered too little", says: []string{"below 90 %"}},
		{name: "failures", events: failing, problem: "tests failed", says: []string{"want 1, got 2", "undefined: x", "0 passed, 1 failed"}},
		{name: "no events", events: "no JSON", problem: "not an event"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options{module: "m", floor: 90, skips: write(t, tt.skips), coverage: write(t, tt.coverage)}
			var out strings.Builder
			err := run(o, []string{write(t, tt.events)}, &out)
			if tt.problem == "" && err != nil || tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)) {
				t.Errorf("the error is %v, want %q", err, tt.problem)
			}
			for _, part := range tt.says {
				if !strings.Contains(out.String(), part) {
					t.Errorf("the report does not say %q:\n%s", part, out.String())
				}
			}
		})
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
