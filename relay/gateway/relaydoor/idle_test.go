package relaydoor_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// idlePhones are how many phones wait at once; the aim is less than 80 MB for them.
const (
	idlePhones  = 1000
	mostForIdle = 80 << 20
)

// countingQueue tells when so many pulls have found nothing.
type countingQueue struct {
	gateway.Queue
	left atomic.Int64
	all  chan struct{}
}

func (q *countingQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	offered, err := q.Queue.Offer(ctx, p)
	if q.left.Add(-1) == 0 {
		close(q.all)
	}
	return offered, err
}

// inUse is the memory that the process uses for its heap and its stacks.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse + stats.StackInuse)
}

// waitingPhones has a thousand phones wait, each with a token and a connection of its own,
// and returns how much memory that takes. The phones' side of the connections is in it.
func waitingPhones(t testing.TB) int64 {
	t.Helper()
	queue := &countingQueue{Queue: memqueue.New(), all: make(chan struct{})}
	queue.left.Store(idlePhones)
	var phones []gateway.Token
	for n := range idlePhones {
		name := fmt.Sprintf("phone-%d", n)
		phones = append(phones, gateway.Token{Name: name, Role: gateway.RolePhone, Hash: gateway.HashToken(name + "-token")})
	}
	relay, err := gateway.New(gateway.Config{Queue: queue, Tokens: phones})
	require.NoError(t, err)
	server := httptest.NewServer(relaydoor.New(relay))
	before := inUse()
	var connections []net.Conn
	const body = `{"wait_ms":60000}`
	for _, phone := range phones {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		connections = append(connections, conn)
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s-token\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			relayapi.PathPull, phone.Name, len(body), body)
		require.NoError(t, err)
	}
	<-queue.all
	used := inUse() - before
	require.NoError(t, relay.Close())
	for _, conn := range connections {
		_, err := io.ReadAtLeast(conn, make([]byte, 12), 12)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	server.Close()
	return used
}

// BenchmarkWaitingPhone reports the memory of one phone that waits for a job.
func BenchmarkWaitingPhone(b *testing.B) {
	var used int64
	n := int64(0)
	for b.Loop() {
		used += waitingPhones(b)
		n++
	}
	b.ReportMetric(float64(used)/float64(n*idlePhones), "B/phone")
}

// TestIdlePhonesFitIntoMemory is not parallel: it looks at the memory of the process.
func TestIdlePhonesFitIntoMemory(t *testing.T) { //nolint:paralleltest // see above
	require.Less(t, waitingPhones(t), int64(mostForIdle))
}
