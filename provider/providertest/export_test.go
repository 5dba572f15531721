package providertest

import (
	"testing"
	"time"
)

// CaseNames lists the cases of the suite.
func CaseNames() []string {
	var names []string
	for _, one := range allCases() {
		names = append(names, one.name)
	}
	return names
}

// StartCase runs one case on any testing.TB, with little patience.
func StartCase(tb testing.TB, h Harness, name string, patience time.Duration) {
	tb.Helper()
	h.patience = patience
	h, err := h.complete()
	if err != nil {
		tb.Fatal(err)
	}
	one, ok := findCase(name)
	if !ok {
		tb.Fatalf("no case is called %q", name)
	}
	one.start(tb, h)
}

// ValidateHarness reports what is wrong with h.
func ValidateHarness(h Harness) error {
	_, err := h.complete()
	return err
}
