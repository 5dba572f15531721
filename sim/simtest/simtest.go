// Package simtest is the suite for simulators: what every [sim.Service] has to do,
// derived from a list of requests that the service grants.
//
//	func TestSimulator(t *testing.T) {
//		t.Parallel()
//		simtest.Run(t, simtest.Harness{
//			New: func() sim.Service { return acmesim.New(acmesim.Config{Key: "key", Secret: "secret"}) },
//			Requests: []simtest.Request{
//				{Name: "send", Path: "/v1/texts", JSON: `{"to":"+8613800138000","template":"T1"}`, Sign: sign, Texts: 1},
//			},
//			Impossible: map[string]func(){"Key": func() { acmesim.New(acmesim.Config{Secret: "secret"}) }},
//			Secrets:    []string{"secret"},
//		})
//	}
//
// Each field of each request is left out and spoiled: the service must refuse, and
// the verdict must name the field. Every code of the table is played by script.
// What is no request of the service must be answered all the same.
//
// The package uses the standard library and what package sim uses.
package simtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// Harness tells the suite how to build the simulator and what it grants. New and
// Requests are required, and one of the requests sends a text.
type Harness struct {
	// New returns a fresh simulator that grants each of the requests. It is called
	// concurrently.
	New func() sim.Service
	// Now is the server's clock. Default: 1700000000 seconds after 1970.
	Now time.Time
	// Requests are granted, each by a simulator of its own.
	Requests []Request
	// Impossible holds, by the name of the field at fault, how a simulator is made
	// with a configuration that no request could satisfy. Each panics and names the
	// field.
	Impossible map[string]func()
	// Secrets are what a request is signed with. They show in no verdict and in no
	// reply.
	Secrets []string
	// Wordless says that the service answers with codes and keeps its words to
	// itself.
	Wordless bool
	// NullIsAbsent says that a member of a JSON body that is null counts as left out.
	// Otherwise null is refused like any other wrong type.
	NullIsAbsent bool
}

// mostProblems is how many problems of one check are printed.
const mostProblems = 5

// Run checks the simulator. Each check is a parallel subtest.
func Run(t *testing.T, h Harness) {
	t.Helper()
	h, err := h.complete()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range h.checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			problems := list(c.run())
			for _, problem := range problems[:min(len(problems), mostProblems)] {
				t.Error(problem)
			}
			if more := len(problems) - mostProblems; more > 0 {
				t.Errorf("and %d more", more)
			}
		})
	}
}

// complete fills in the defaults.
func (h Harness) complete() (Harness, error) {
	if h.New == nil {
		return h, errors.New("simtest: Harness.New: must not be nil")
	}
	if h.Now.IsZero() {
		h.Now = time.Unix(1_700_000_000, 0)
	}
	sends := false
	for i, r := range h.Requests {
		sends = sends || r.Texts > 0
		if r.Name == "" || r.Path == "" {
			return h, fmt.Errorf("simtest: Harness.Requests[%d]: want a Name and a Path", i)
		}
	}
	if !sends {
		return h, errors.New("simtest: Harness.Requests: want one that sends a text; set its Texts")
	}
	return h, nil
}

// list takes apart what errors.Join has joined.
func list(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// check is one subtest.
type check struct {
	name string
	run  func() error
}

// checks are all that there is to check.
func (h Harness) checks() []check {
	var checks []check
	for field, build := range h.Impossible {
		checks = append(checks, check{"impossible/" + field, func() error { return impossible(field, build) }})
	}
	for _, r := range h.Requests {
		r = r.complete()
		checks = append(checks,
			check{r.Name + "/granted", func() error { return h.checkGranted(r) }},
			check{r.Name + "/same again", func() error { return h.checkSameAgain(r) }},
			check{r.Name + "/at once", func() error { return h.checkAtOnce(r) }},
			check{r.Name + "/strange", func() error { return h.checkStrange(r) }},
			check{r.Name + "/refusals", func() error { return h.checkRefusals(r) }},
		)
		for _, f := range r.fields() {
			checks = append(checks, check{r.Name + "/" + f.where + " " + f.name, func() error { return h.checkField(r, f) }})
		}
	}
	return checks
}
