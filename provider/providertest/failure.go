package providertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// wanted is what a failure must say.
type wanted struct {
	// kind is what errors.Is must find; nil where the rule leaves it open.
	kind error
	// sent is what MayHaveSent must say; nil where the rule leaves it open.
	sent *bool
}

// maySent and notSent are the two answers of MayHaveSent.
var (
	yes, no = true, false
	maySent = &yes
	notSent = &no
)

// failed checks that err is a complete failure of the wanted kind.
func (c *check) failed(err error, want wanted, situation string) {
	c.Helper()
	if err == nil {
		c.broken("%s: Send reported success", situation)
	}
	found := slices.Collect(provider.Failures(err))
	if len(found) == 0 {
		c.broken("%s: the error holds no *provider.Error: %T: %v", situation, err, err)
	}
	for _, e := range found {
		if e.Provider == "" || e.Op == "" {
			c.broken("%s: the *provider.Error lacks its Provider or Op: %v", situation, e)
		}
	}
	if want.kind != nil && !errors.Is(err, want.kind) {
		c.broken("%s: want a failure that matches %q, got: %v", situation, want.kind, err)
	}
	if want.sent != nil && provider.MayHaveSent(err) != *want.sent {
		c.broken("%s: MayHaveSent is %v, want %v: %v", situation, !*want.sent, *want.sent, err)
	}
}

// errorsIn lists err and everything that it wraps.
func errorsIn(err error) []error {
	if err == nil {
		return nil
	}
	all := []error{err}
	switch outer := err.(type) { //nolint:errorlint // This walks the tree itself.
	case interface{ Unwrap() error }:
		all = append(all, errorsIn(outer.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, inner := range outer.Unwrap() {
			all = append(all, errorsIn(inner)...)
		}
	}
	return all
}

// listFailures writes what every failure in err says, for a person.
func listFailures(err error) string {
	var b strings.Builder
	for e := range provider.Failures(err) {
		fmt.Fprintf(&b, "\n\tkind %q, scope %q, code %q, MayHaveSent %v: %v", e.Kind, e.Scope, e.Code, e.MayHaveSent, e)
	}
	return b.String()
}
