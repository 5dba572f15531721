package guard

import (
	"fmt"
	"io"
)

// Format prints the settings without the key, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	type settings Config // it has no Format
	c.Key = nil
	_, _ = fmt.Fprintf(f, "%+v", settings(c))
}

// Format prints nothing of the guard, whatever the verb: it has numbers in its lists.
func (g *Guard) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "guard.Guard") }
