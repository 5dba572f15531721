package judges

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
)

// verdict notes what a judge finds wrong. It stands in for a test, so that a judge
// reads like one and yet returns an error, which a test of the judge can expect.
type verdict struct{ faults []error }

// stopped is how a verdict that need not go on leaves the judge.
type stopped struct{}

// Errorf notes a fault.
func (v *verdict) Errorf(format string, args ...any) {
	v.faults = append(v.faults, errors.New(strings.TrimSpace(fmt.Sprintf(format, args...))))
}

// FailNow ends the hearing.
func (v *verdict) FailNow() { panic(stopped{}) }

// hear returns what f finds wrong.
func hear(f func(t require.TestingT)) (err error) {
	v := &verdict{}
	defer func() {
		if reason := recover(); reason != nil && reason != any(stopped{}) {
			panic(reason)
		}
		err = errors.Join(v.faults...)
	}()
	f(v)
	return nil
}
