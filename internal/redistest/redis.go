package redistest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a running server or cluster.
type Redis struct {
	// Addrs are the addresses of its nodes, as host:port.
	Addrs []string
	// IsCluster is true when it speaks the protocol of Redis Cluster.
	IsCluster bool
}

// Options returns the settings of a client, which the caller may change.
func (r *Redis) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: slices.Clone(r.Addrs), IsClusterMode: r.IsCluster, DisableIdentity: true}
}

// Client makes a client that is closed when the test is over. change may change its
// settings.
func (r *Redis) Client(tb testing.TB, change ...func(o *redis.UniversalOptions)) redis.UniversalClient {
	tb.Helper()
	options := r.Options()
	for _, each := range change {
		each(options)
	}
	client := redis.NewUniversalClient(options)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// Keys lists the keys that begin with prefix, in order.
func Keys(tb testing.TB, client redis.UniversalClient, prefix string) []string {
	tb.Helper()
	var (
		mu   sync.Mutex
		keys []string
	)
	err := eachMaster(lasting(tb), client, func(ctx context.Context, node redis.UniversalClient) error {
		scan := node.Scan(ctx, 0, "*", 1000).Iterator()
		for scan.Next(ctx) {
			if strings.HasPrefix(scan.Val(), prefix) {
				mu.Lock()
				keys = append(keys, scan.Val())
				mu.Unlock()
			}
		}
		return scan.Err()
	})
	if err != nil {
		tb.Fatalf("redistest: list the keys: %v", err)
	}
	slices.Sort(keys)
	return slices.Compact(keys) // a scan may list a key twice
}

// Endless lists those of the keys that never expire.
func Endless(tb testing.TB, client redis.UniversalClient, prefix string) []string {
	tb.Helper()
	var endless []string
	for _, key := range Keys(tb, client, prefix) {
		left, err := client.PTTL(lasting(tb), key).Result()
		if err != nil {
			tb.Fatalf("redistest: time to live: %v", err)
		}
		if left == -1 {
			endless = append(endless, key)
		}
	}
	return endless
}

// Dump writes all that is under the keys that begin with prefix: a line for each key, with
// its type and everything in it.
func Dump(tb testing.TB, client redis.UniversalClient, prefix string) string {
	tb.Helper()
	var b strings.Builder
	for _, key := range Keys(tb, client, prefix) {
		kind, err := client.Type(lasting(tb), key).Result()
		if err != nil {
			tb.Fatalf("redistest: type of %s: %v", key, err)
		}
		value, err := read(lasting(tb), client, kind, key)
		if err != nil {
			tb.Fatalf("redistest: read %s: %v", key, err)
		}
		fmt.Fprintf(&b, "%s %s %v\n", key, kind, value)
	}
	return b.String()
}

// lasting is a context that does not end before the test's Cleanups.
func lasting(tb testing.TB) context.Context { return context.WithoutCancel(tb.Context()) }

func read(ctx context.Context, client redis.UniversalClient, kind, key string) (any, error) {
	switch kind {
	case "string":
		return client.Get(ctx, key).Result()
	case "hash":
		return client.HGetAll(ctx, key).Result()
	case "set":
		return client.SMembers(ctx, key).Result()
	case "zset":
		return client.ZRangeWithScores(ctx, key, 0, -1).Result()
	case "list":
		return client.LRange(ctx, key, 0, -1).Result()
	case "none": // it has expired meanwhile
		return "", nil
	}
	return nil, fmt.Errorf("redistest: Dump cannot read the type %q", kind)
}

// eachMaster calls visit for the server, or for each node of a cluster that holds keys.
func eachMaster(ctx context.Context, client redis.UniversalClient, visit func(context.Context, redis.UniversalClient) error) error {
	if cluster, ok := client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return visit(ctx, node) })
	}
	return visit(ctx, client)
}

// await asks until there is no error, or fails the test with the last one.
func await(tb testing.TB, what string, ask func(ctx context.Context) error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("redistest: %s: %v", what, err)
		}
	}
}
