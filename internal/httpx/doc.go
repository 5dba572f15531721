// Package httpx is the HTTP exchange that all adapters share: one request per
// call, never a second one, and a precise answer to the question whether the
// request may have reached the service.
//
// It calls the transport directly rather than through http.Client.Do, for two
// reasons: redirects cannot be followed whatever client the user injects, and a
// send stays within a few allocations of a bare exchange.
package httpx
