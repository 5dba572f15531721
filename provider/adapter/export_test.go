package adapter

import "net/http"

// OwnTransport is the package's own transport, for tests that let it trust a server
// of theirs.
func OwnTransport(c *Client) *http.Transport { return c.settings().exchange.own }
