package phonecmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// publicServers answer in the mainland and abroad. They are asked when nothing on the phone
// names a server.
var publicServers = []string{"223.5.5.5:53", "119.29.29.29:53"}

const (
	lookupTime  = 3 * time.Second
	connectTime = 5 * time.Second
)

// nameServers returns which name servers to ask, as HOST:PORT, or none when Go's own way works:
// the system has a resolv.conf, or is one on which Go asks the system. Without one Go would ask a server on this machine.
func nameServers(ctx context.Context, env Env, wanted []string) []string {
	if len(wanted) > 0 {
		return wanted
	}
	if goos := cmp.Or(env.OS, runtime.GOOS); goos != "linux" && goos != "android" {
		return nil
	}
	if len(resolvConf(filepath.Join(env.Root, "/etc/resolv.conf"))) > 0 {
		return nil
	}
	servers := properties(ctx, env)
	if prefix := env.Getenv("PREFIX"); prefix != "" {
		servers = append(servers, resolvConf(filepath.Join(prefix, "etc/resolv.conf"))...)
	}
	return append(servers, publicServers...)
}

// resolvConf returns the name servers of a file, or none.
func resolvConf(file string) []string {
	content, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil
	}
	var servers []string
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" {
			if server, err := serverOf(fields[1]); err == nil {
				servers = append(servers, server)
			}
		}
	}
	return servers
}

// properties returns the name servers that Android names; versions since 8 name none.
func properties(ctx context.Context, env Env) []string {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	getprop, err := exec.LookPath(env.program("getprop"))
	if err != nil {
		return nil
	}
	var servers []string
	for _, name := range []string{"net.dns1", "net.dns2"} {
		value, err := exec.CommandContext(ctx, getprop, name).Output() //nolint:gosec // the name is one of two
		if err != nil {
			return servers
		}
		if server, err := serverOf(strings.TrimSpace(string(value))); err == nil {
			servers = append(servers, server)
		}
	}
	return servers
}

// serverOf reads the address of a name server, with or without a port.
func serverOf(text string) (string, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(address, 53).String(), nil
	}
	if address, err := netip.ParseAddrPort(text); err == nil && address.Port() != 0 {
		return address.String(), nil
	}
	return "", fmt.Errorf("%q is no address of a name server, as in 223.5.5.5 or 127.0.0.1:5353", text)
}

// dialer connects to hosts whose names it looks up at its own name servers. It goes on with
// the one that has answered last.
type dialer struct {
	lookup func(ctx context.Context, server, host string) ([]netip.Addr, error)
	dial   func(ctx context.Context, network, address string) (net.Conn, error)

	mu      sync.Mutex
	servers []string
}

func newDialer(servers []string) *dialer {
	return &dialer{lookup: lookUp, dial: (&net.Dialer{Timeout: connectTime}).DialContext, servers: servers}
}

// lookUp asks one name server.
func lookUp(ctx context.Context, server, host string) ([]netip.Addr, error) {
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	return resolver.LookupNetIP(ctx, "ip", host)
}

// DialContext connects to HOST:PORT.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" {
		return d.dial(ctx, network, address)
	}
	addresses, err := d.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, ip := range addresses {
		conn, err := d.dial(ctx, network, net.JoinHostPort(ip.Unmap().String(), port))
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// resolve asks one server after the other.
func (d *dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	d.mu.Lock()
	servers := slices.Clone(d.servers)
	d.mu.Unlock()
	for _, server := range servers {
		limited, cancel := context.WithTimeout(ctx, lookupTime)
		addresses, err := d.lookup(limited, server, host)
		cancel()
		if err == nil && len(addresses) > 0 {
			d.prefer(server)
			return addresses, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return nil, fmt.Errorf("no name server knows %s (asked %s; --dns names others)", host, strings.Join(servers, ", "))
}

// prefer asks a server first from now on.
func (d *dialer) prefer(server string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := slices.Index(d.servers, server); i > 0 {
		d.servers = slices.Insert(slices.Delete(d.servers, i, i+1), 0, server)
	}
}
