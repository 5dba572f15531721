package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// slots is how many hash slots a cluster has.
const slots = 16384

// nodes is how many nodes the cluster has. None has a replica.
const nodes = 3

// Cluster starts a Redis Cluster of three nodes on loopback, and ends it when the test is
// over. Where no redis-server is installed, the test is skipped; with CI=true it fails.
func Cluster(tb testing.TB) *Redis {
	tb.Helper()
	r := &Redis{IsCluster: true}
	var (
		clients []*redis.Client
		buses   []string
	)
	for range nodes {
		bus := strconv.Itoa(freePort(tb))
		addr := startNode(tb, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", bus,
			"--cluster-node-timeout", "1000") // how soon a new cluster takes writes depends on it
		client := redis.NewClient(&redis.Options{Addr: addr, DisableIdentity: true})
		defer func() { _ = client.Close() }()
		clients, buses, r.Addrs = append(clients, client), append(buses, bus), append(r.Addrs, addr)
	}
	for i, client := range clients {
		must(tb, client.Do(tb.Context(), "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
		must(tb, client.ClusterAddSlotsRange(tb.Context(), i*slots/nodes, (i+1)*slots/nodes-1).Err())
		host, port, err := net.SplitHostPort(r.Addrs[i])
		must(tb, err)
		must(tb, clients[0].Do(tb.Context(), "CLUSTER", "MEET", host, port, buses[i]).Err())
	}
	await(tb, "wait for the cluster", func(ctx context.Context) error {
		for _, client := range clients {
			if err := ready(ctx, client); err != nil {
				return err
			}
		}
		return nil
	})
	for _, client := range clients { // a machine that is busy for a while is not a node that has failed
		must(tb, client.ConfigSet(tb.Context(), "cluster-node-timeout", "60000").Err())
	}
	return r
}

// ready reports whether a node knows the whole cluster and takes writes.
func ready(ctx context.Context, client *redis.Client) error {
	info, err := client.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	for _, want := range []string{"cluster_state:ok", fmt.Sprint("cluster_slots_ok:", slots), fmt.Sprint("cluster_known_nodes:", nodes), fmt.Sprint("cluster_size:", nodes)} {
		if !strings.Contains(info, want+"\r\n") {
			return errors.New("no " + want + " in\n" + info)
		}
	}
	return nil
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("redistest: %v", err)
	}
}
