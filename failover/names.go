package failover

import (
	"context"
	"fmt"
	"reflect"

	"github.com/cnsms/cnsms/provider"
)

// names finds providers of the same name. Receipts find their provider by name,
// so every provider that sends by itself (a leaf) needs its own.
type names struct {
	leaves    map[string]namedLeaf
	composers []string
}

type namedLeaf struct {
	provider provider.Provider
	field    string // where it was found
}

// sharing says whether one provider may stand in several fields.
type sharing bool

const (
	// eachOnce: asking a provider again that has just failed is no failover.
	eachOnce sharing = false
	// sameProviderAgain: the fields serve different messages; a relay can be the
	// first choice of one and the last resort of another.
	sameProviderAgain sharing = true
)

func newNames(composer string) *names {
	return &names{leaves: map[string]namedLeaf{}, composers: []string{composer}}
}

// add takes in the provider of a field and everything inside it, and returns
// the names that were there before.
func (n *names) add(field string, p provider.Provider, again sharing) []error {
	if isNil(p) {
		return nil
	}
	var problems []error
	for inside := range provider.All(p) {
		switch inside.(type) {
		case provider.Group:
			n.composers = append(n.composers, inside.Name())
			continue
		case provider.Wrapper:
			continue
		}
		name := inside.Name()
		other, taken := n.leaves[name]
		mayRepeat := other.field == field || again == sameProviderAgain
		if taken && !(mayRepeat && isSame(other.provider, inside)) {
			problems = append(problems, fmt.Errorf("%s.Provider: %s also has a provider named %q; "+
				"receipts find their provider by name", field, other.field, name))
			continue
		}
		n.leaves[name] = namedLeaf{inside, field}
	}
	return problems
}

// clashes reports composers that bear the name of a leaf.
func (n *names) clashes() []error {
	var problems []error
	for _, name := range n.composers {
		if _, ok := n.leaves[name]; ok {
			problems = append(problems, fmt.Errorf("Name: a composer and a provider are both named %q; "+
				"receipts find their provider by name", name))
		}
	}
	return problems
}

func isSame(a, b provider.Provider) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// leafNames lists the providers inside p that send by themselves.
func leafNames(p provider.Provider) []string {
	var leaves []string
	for inside := range provider.All(p) {
		switch inside.(type) {
		case provider.Wrapper, provider.Group:
		default:
			leaves = append(leaves, inside.Name())
		}
	}
	return leaves
}

// hasComposer reports whether p is, or holds, a composer of this package.
func hasComposer(p provider.Provider) bool {
	_, ok := provider.As[composer](p)
	return ok
}

// composer is what the composers of this package have in common.
type composer interface {
	provider.Group
	checkOwnBalances(ctx context.Context) error
}
