// The program testreport reads the events of go test -json and says what a person
// wants to know of them: what failed and why, what was skipped and why, and how much
// of each package its own tests cover.
//
//	go test -race -cover -json ./... >events.json
//	testreport -module github.com/cnsms/cnsms -skips .ci/skips -coverage .ci/coverage -floor 90 events.json
//
// It ends with status 1 when a test failed, was skipped for a reason that is not in
// the file of skips, or covers too little for no reason in the file of coverage.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.module, "module", "", "path of the module, which is left out of the names of packages")
	flag.StringVar(&o.skips, "skips", "", "file of skips that are expected: patterns for PACKAGE TEST: REASON")
	flag.StringVar(&o.coverage, "coverage", "", "file of packages that may be covered less: patterns and reasons")
	flag.Float64Var(&o.floor, "floor", 0, "least coverage of a package, in per cent")
	flag.Parse()
	if err := run(o, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
}

type options struct {
	module, skips, coverage string
	floor                   float64
}

func run(o options, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want one file of events")
	}
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	r, err := read(file, o.module)
	if err != nil {
		return err
	}
	expected, err := readRules(o.skips)
	if err != nil {
		return err
	}
	excused, err := readRules(o.coverage)
	if err != nil {
		return err
	}
	return errors.Join(r.reportFailures(out), r.reportSkips(out, expected), r.reportCoverage(out, o.floor, excused))
}

// event is one line of go test -json.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// results is what the events say.
type results struct {
	passed, failed int
	output         map[string][]string // by test
	failures       []string            // tests and packages, and what did not build
	skips          []string            // PACKAGE TEST: REASON
	coverage       map[string]float64  // by package
}

// reasonLine is what t.Skip prints, and coverageLine what -cover does.
var (
	reasonLine   = regexp.MustCompile(`^ *[A-Za-z0-9_]+\.go:[0-9]+: (.*)\n$`)
	coverageLine = regexp.MustCompile(`coverage: ([0-9.]+)% of statements`)
)

func read(events io.Reader, module string) (*results, error) {
	r := &results{output: map[string][]string{}, coverage: map[string]float64{}}
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("not an event: %w", err)
		}
		e.Package = strings.TrimPrefix(e.Package, module+"/")
		r.add(e)
	}
	return r, lines.Err()
}

func (r *results) add(e event) {
	key := strings.TrimSpace(e.Package + " " + e.Test)
	switch e.Action {
	case "build-output":
		r.failures = append(r.failures, strings.TrimSuffix(e.Output, "\n"))
	case "output":
		r.output[key] = append(r.output[key], e.Output)
		if found := coverageLine.FindStringSubmatch(e.Output); found != nil {
			r.coverage[e.Package], _ = strconv.ParseFloat(found[1], 64)
		}
	case "skip":
		if e.Test != "" {
			r.skips = append(r.skips, key+": "+reasonIn(r.output[key]))
		}
	case "pass":
		if e.Test != "" {
			r.passed++
		}
	case "fail":
		if e.Test != "" {
			r.failed++
		}
		r.failures = append(r.failures, strings.Join(r.output[key], ""))
	}
}

// reasonIn finds the reason in what a skipped test has printed.
func reasonIn(output []string) string {
	for _, line := range output {
		if found := reasonLine.FindStringSubmatch(line); found != nil {
			return found[1]
		}
	}
	return ""
}

func (r *results) reportFailures(out io.Writer) error {
	for _, failure := range r.failures {
		fmt.Fprintln(out, failure)
	}
	fmt.Fprintf(out, "tests and subtests: %d passed, %d failed\n", r.passed, r.failed)
	if len(r.failures) > 0 {
		return errors.New("tests failed")
	}
	return nil
}

func (r *results) reportSkips(out io.Writer, expected []rule) error {
	reasons, unexpected := map[string]int{}, 0
	for _, skip := range r.skips {
		_, reason, _ := strings.Cut(skip, ": ")
		reasons[reason]++
		if _, ok := find(expected, skip); !ok {
			fmt.Fprintln(out, "not an expected skip:", skip)
			unexpected++
		}
	}
	for _, reason := range slices.Sorted(keys(reasons)) {
		fmt.Fprintf(out, "%5d skipped: %s\n", reasons[reason], reason)
	}
	if unexpected > 0 {
		return fmt.Errorf("%d skips have no line in the file of skips", unexpected)
	}
	return nil
}

func (r *results) reportCoverage(out io.Writer, floor float64, excused []rule) error {
	low := 0
	for _, name := range slices.Sorted(keys(r.coverage)) {
		note := ""
		if r.coverage[name] < floor {
			excuse, ok := find(excused, name)
			note = excuse.reason
			if !ok {
				note = fmt.Sprintf("below %v %%", floor)
				low++
			}
		}
		fmt.Fprintf(out, "%6.1f %%  %-40s %s\n", r.coverage[name], name, note)
	}
	if low > 0 {
		return fmt.Errorf("%d packages are covered too little", low)
	}
	return nil
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// rule is a line of a file: a pattern in which * stands for anything, and behind a #
// the reason.
type rule struct {
	pattern *regexp.Regexp
	reason  string
}

func readRules(name string) ([]rule, error) {
	if name == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path.Clean(name))
	if err != nil {
		return nil, err
	}
	var rules []rule
	for line := range strings.Lines(string(content)) {
		pattern, reason, _ := strings.Cut(line, "# ")
		pattern = strings.TrimSpace(pattern)
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
		rules = append(rules, rule{regexp.MustCompile("(?s)^" + quoted + "$"), strings.TrimSpace(reason)})
	}
	return rules, nil
}

func find(rules []rule, text string) (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.pattern.MatchString(text) })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}
