package fake_test

import (
	"fmt"
	"runtime"
	"testing"
)

// recorder is a testing.TB that notes how an expectation ends the test.
type recorder struct {
	testing.TB // for what is not recorded
	fatal      string
}

// record runs f as a test of its own and returns what became of it.
func record(t *testing.T, f func(r *recorder)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
