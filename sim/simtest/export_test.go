package simtest

// Check runs everything and returns what is wrong, one line each, so that tests can
// see the suite fail.
func Check(h Harness) []string {
	h, err := h.complete()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, c := range h.checks() {
		for _, problem := range list(c.run()) {
			problems = append(problems, c.name+": "+problem.Error())
		}
	}
	return problems
}
