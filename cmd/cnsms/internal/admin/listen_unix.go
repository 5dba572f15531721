//go:build unix

package admin

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// umask is that of the whole process.
var umask sync.Mutex

// listenOwner makes a socket that nobody but its owner can ever connect to: what connects
// between the socket's birth and a change of its mode would stay connected.
func listenOwner(path string) (net.Listener, error) {
	umask.Lock()
	defer umask.Unlock()
	defer syscall.Umask(syscall.Umask(0o077))
	return new(net.ListenConfig).Listen(context.Background(), "unix", path)
}
