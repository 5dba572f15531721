package failover

import "slices"

// HasFreeWay reports whether a message with FreeOnly has somewhere to go: First has no
// price, or, where it is a composer, somebody inside it whom such a message reaches has
// none.
func (c *Composer) HasFreeWay() bool { return len(c.members) > 0 && c.members[0].free() }

// free reports whether a message with FreeOnly reaches somebody in m.
func (m *member) free() bool {
	switch inside := m.composer.(type) {
	case nil:
		return m.price == 0
	case *Composer:
		return inside.HasFreeWay()
	}
	return slices.ContainsFunc(m.composer.self().members, (*member).free)
}
