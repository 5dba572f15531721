package redisstore_test

import (
	"context"
	"fmt"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/redisstore"
)

// Two programs share a Redis: a code that one has sent is checked by the other, and once.
func Example() {
	server := miniredis.NewMiniRedis() // in a program: the address of a Redis
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()

	sms := &fake.Provider{}
	const key = "thirty-two random bytes, the same everywhere"
	program := func() *otp.Service {
		shared := redisstore.Config{Client: redis.NewClient(&redis.Options{Addr: server.Addr()}), Prefix: "shop"}
		counters, err := redisstore.NewGuard(shared)
		if err != nil {
			panic(err)
		}
		watch, err := guard.New(guard.Config{Store: counters, Key: []byte(key)})
		if err != nil {
			panic(err)
		}
		records, err := redisstore.NewVerifications(shared)
		if err != nil {
			panic(err)
		}
		codes, err := otp.New(otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}, Store: records, Guard: watch})
		if err != nil {
			panic(err)
		}
		return codes
	}
	one, other := program(), program()
	ctx := context.Background()
	v, err := one.Start(ctx, otp.StartRequest{Purpose: "login", Phone: "13800138000", Binding: "a session's secret", Client: "203.0.113.7"})
	if err != nil {
		panic(err)
	}
	check := otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: "a session's secret", Code: sms.CodeFor(provider.MustParsePhone("13800138000"))}
	for _, codes := range []*otp.Service{other, one} {
		_, err = codes.Check(ctx, check)
		fmt.Println(err == nil)
	}
	// Output:
	// true
	// false
}

// A composer counts attempts together with those of other programs.
func ExampleNewAttempts() {
	server := miniredis.NewMiniRedis() // in a program: the address of a Redis
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	store, err := redisstore.NewAttempts(redisstore.Config{Client: client, Prefix: "shop"})
	fmt.Println(store != nil, err) // failover.ComposerConfig{Attempts: store, Key: key, …}
	// Output: true <nil>
}
