package failover

import "github.com/cnsms/cnsms/provider"

// Name returns the configured name. Receipts bear the name of the provider that
// accepted the message instead.
func (e *engine) Name() string { return e.name }

// Providers returns the providers of the members, in the order in which they
// were given.
func (e *engine) Providers() []provider.Provider {
	providers := make([]provider.Provider, len(e.members))
	for i, m := range e.members {
		providers[i] = m.provider
	}
	return providers
}

// Members tells how the members are doing, in the order in which they were
// given.
func (e *engine) Members() []MemberState {
	now := e.now()
	states := make([]MemberState, len(e.members))
	for i, m := range e.members {
		states[i] = m.state(now)
	}
	return states
}
