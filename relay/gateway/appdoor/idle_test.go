package appdoor_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
)

// idlePhones are how many phones are on a stream at once; the aim is less than 80 MB for
// them.
const (
	idlePhones  = 1000
	mostForIdle = 80 << 20
)

// inUse is the memory that the process uses for its heap and its stacks.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse + stats.StackInuse)
}

// streamingPhones has a thousand phones on streams, each with a token and a connection of its
// own, and returns how much memory that takes. The phones' side of the connections is in it.
func streamingPhones(t testing.TB) int64 {
	t.Helper()
	var tokens []gateway.Token
	for n := range idlePhones {
		name := fmt.Sprintf("phone-%d", n)
		tokens = append(tokens, gateway.Token{Name: name, Role: gateway.RolePhone, Hash: gateway.HashToken(name + "-token")})
	}
	relay, err := gateway.New(gateway.Config{Queue: memqueue.New(), Tokens: tokens})
	require.NoError(t, err)
	door, err := appdoor.New(relay, appdoor.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(door)
	before := inUse()
	var connections []net.Conn
	for _, token := range tokens {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		connections = append(connections, conn)
		_, err = fmt.Fprintf(conn, "GET %s/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s-token\r\n\r\n", appdoor.Prefix, token.Name)
		require.NoError(t, err)
	}
	for _, conn := range connections {
		begun := make([]byte, 0, 512) // the head, and the events that each stream begins with
		for !bytes.Contains(begun, []byte("MessageEnqueued")) {
			n, err := conn.Read(begun[len(begun):cap(begun)])
			require.NoError(t, err)
			begun = begun[:len(begun)+n]
		}
	}
	used := inUse() - before
	require.NoError(t, relay.Close())
	for _, conn := range connections {
		require.NoError(t, conn.Close())
	}
	server.Close()
	return used
}

// BenchmarkStreamingPhone reports the memory of one phone on a stream of events.
func BenchmarkStreamingPhone(b *testing.B) {
	var used int64
	n := int64(0)
	for b.Loop() {
		used += streamingPhones(b)
		n++
	}
	b.ReportMetric(float64(used)/float64(n*idlePhones), "B/phone")
}

// TestIdlePhonesFitIntoMemory is not parallel: it looks at the memory of the process.
func TestIdlePhonesFitIntoMemory(t *testing.T) { //nolint:paralleltest // see above
	require.Less(t, streamingPhones(t), int64(mostForIdle))
}
