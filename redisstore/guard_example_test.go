package redisstore_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/redisstore"
)

// Two programs share the counts of a guard: the second text within a minute is refused by
// whichever is asked.
func ExampleNewGuard() {
	server := miniredis.NewMiniRedis() // in a program: the address of a Redis
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()

	program := func() *guard.Guard {
		client := redis.NewClient(&redis.Options{Addr: server.Addr()})
		counters, err := redisstore.NewGuard(redisstore.Config{Client: client, Prefix: "shop"})
		if err != nil {
			panic(err)
		}
		g, err := guard.New(guard.Config{Key: []byte("thirty-two random bytes, the same everywhere"), Store: counters})
		if err != nil {
			panic(err)
		}
		return g
	}
	wish := guard.Request{
		Phone: provider.MustParsePhone("13800138000"), Client: netip.MustParseAddr("203.0.113.7"), Session: "a cookie", Purpose: "login",
	}
	for _, g := range []*guard.Guard{program(), program()} {
		d, err := g.Reserve(context.Background(), wish)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %q\n", d.Verdict, d.Rule)
	}
	// Output:
	// allow ""
	// refuse "R1"
}
