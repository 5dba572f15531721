package simtest

import "strings"

// Check runs the checks whose names begin so, and returns what is wrong, one line
// each, so that tests can see the suite fail.
func Check(h Harness, names string) []string {
	h, err := h.complete()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, c := range h.checks() {
		if !strings.HasPrefix(c.name, names) {
			continue
		}
		for _, problem := range list(c.run()) {
			problems = append(problems, c.name+": "+problem.Error())
		}
	}
	return problems
}
