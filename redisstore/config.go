package redisstore

import (
	"errors"

	"github.com/redis/go-redis/v9"
)

// Config says where a store keeps its data.
type Config struct {
	// Client talks to the server or the cluster.
	Client redis.UniversalClient
	// Prefix begins every key and is its hash tag, so that a cluster keeps all of them in
	// one place. Default: "cnsms".
	Prefix string
}

func (c Config) check() error {
	if c.Client == nil {
		return errors.New("redisstore: Config.Client is missing")
	}
	return nil
}

func (c Config) tag() string { return "{" + c.Prefix + "}:" }
