//go:build !unix

package admin

import (
	"context"
	"net"
)

// listenOwner makes a socket. Its folder says who may use it.
func listenOwner(path string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "unix", path)
}
