package otp

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// TestNumber is a number with a fixed code, for the tests of programs and for reviewers
// of app stores. Nothing is sent to it, no guard and no wait holds it up, and every
// event about it says so. Whoever knows number and code can verify it: there is no
// code for all numbers, and none without an end outside of Development.
type TestNumber struct {
	// Code is the code, of 4 to 8 digits. It prints as stars.
	Code provider.Secret
	// Until is when the number becomes an ordinary one. The zero time is never, which
	// only Development allows.
	Until time.Time
}

func (c Config) testNumberProblems() []error {
	var problems []error
	seen := map[provider.Phone]bool{}
	for i, typed := range slices.Sorted(maps.Keys(c.TestNumbers)) {
		number := c.TestNumbers[typed]
		bad := func(text string) {
			problems = append(problems, fmt.Errorf("TestNumbers, number %d in order: %s", i+1, text))
		}
		phone, err := provider.ParsePhone(typed)
		switch {
		case err != nil:
			bad("is no phone number")
		case seen[phone]:
			bad("is there twice, in another writing")
		}
		seen[phone] = true
		if !isDigits(string(number.Code)) || len(number.Code) < 4 || len(number.Code) > 8 {
			bad("Code: want 4 to 8 digits")
		}
		if number.Until.IsZero() && !c.Development {
			bad("Until: want a date; without one it needs Development")
		}
	}
	return problems
}

// testNumbers are the test numbers by their phones. The map stands behind a function,
// into which fmt does not look.
func (c Config) testNumbers() func(provider.Phone) (TestNumber, bool) {
	numbers := map[provider.Phone]TestNumber{}
	for typed, number := range c.TestNumbers {
		if phone, err := provider.ParsePhone(typed); err == nil {
			numbers[phone] = number
		}
	}
	return func(phone provider.Phone) (TestNumber, bool) {
		number, ok := numbers[phone]
		return number, ok && (number.Until.IsZero() || c.Now().Before(number.Until))
	}
}

func isDigits(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != ""
}
