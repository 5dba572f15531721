package doors

import (
	"errors"
	"fmt"
	"runtime"
)

// WithoutSecrets says what a panic was: the words of the runtime hold no values of a request,
// and of any other only the type is known to hold none.
func WithoutSecrets(p any) string {
	var known runtime.Error
	if err, ok := p.(error); ok && errors.As(err, &known) {
		return known.Error()
	}
	return fmt.Sprintf("%T", p)
}
