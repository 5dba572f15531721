package guard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Issuer is a Challenger that also makes the challenges, so that a page can ask the site for
// one. A Challenger that is none has its challenges made elsewhere, such as by a script of
// a service's.
type Issuer interface {
	// Issue returns a new challenge as JSON, for whatever solves it in the browser.
	Issue(ctx context.Context) (json.RawMessage, error)
}

// Issue returns a new challenge of the challenger's. The error matches errors.ErrUnsupported
// when there is no challenger that is an Issuer.
func (g *Guard) Issue(ctx context.Context) (json.RawMessage, error) {
	issuer, ok := g.config.Challenger.(Issuer)
	if !ok {
		return nil, fmt.Errorf("guard: the challenger makes no challenges: %w", errors.ErrUnsupported)
	}
	return issuer.Issue(ctx)
}
