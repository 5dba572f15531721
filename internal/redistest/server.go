package redistest

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Server starts a redis-server on loopback that keeps everything in memory, and ends
// it when the test is over. Where no redis-server is installed, the test is skipped; with
// CI=true it fails.
func Server(tb testing.TB) *Redis {
	tb.Helper()
	return &Redis{Addrs: []string{startNode(tb)}}
}

// program finds redis-server.
func program(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err == nil {
		return path
	}
	const missing = "redis-server is not installed; on Debian: apt-get install redis-server, on macOS: brew install redis"
	if os.Getenv("CI") == "true" {
		tb.Fatal("redistest: " + missing)
	}
	tb.Skip(missing)
	return ""
}

// startNode starts one process and returns its address when it answers.
func startNode(tb testing.TB, settings ...string) string {
	tb.Helper()
	path := program(tb)
	for range 5 { // somebody else may take the port in between
		port := strconv.Itoa(freePort(tb))
		n := start(tb, path, append([]string{"--port", port}, settings...))
		addr := net.JoinHostPort("127.0.0.1", port)
		if n.answers(tb, addr) {
			return addr
		}
		tb.Logf("redis-server on %s ended: %s", addr, n.output.String())
	}
	tb.Fatal("redistest: redis-server did not start")
	return ""
}

// node is a process of redis-server.
type node struct {
	ended  chan struct{}
	output limited
}

func start(tb testing.TB, path string, settings []string) *node {
	tb.Helper()
	// No file of settings, and nothing on the disk but the list of a cluster's nodes.
	args := append([]string{"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning", "--dir", tb.TempDir()}, settings...)
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), path, args...) //nolint:gosec // The program is the one that is tested with.
	n := &node{ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &n.output, &n.output
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		tb.Fatalf("redistest: start redis-server: %v", err)
	}
	go func() {
		defer close(n.ended)
		_ = cmd.Wait() // it is killed in the end
	}()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		<-n.ended
	})
	return n
}

// answers waits until the node answers, and reports whether it does: false when its process
// has ended.
func (n *node) answers(tb testing.TB, addr string) bool {
	tb.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DisableIdentity: true})
	defer func() { _ = client.Close() }()
	alive := true
	await(tb, "wait for redis-server", func(ctx context.Context) error {
		select {
		case <-n.ended:
			alive = false
			return nil
		default:
			return client.Ping(ctx).Err()
		}
	})
	return alive
}

// freePort returns a port that nobody listens on.
func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("redistest: find a port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		tb.Fatal(errors.New("redistest: no address of TCP"))
	}
	return addr.Port
}
