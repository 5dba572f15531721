package redisstore

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"

	"github.com/redis/go-redis/v9"
)

// DefaultPrefix is Config.Prefix when that is empty.
const DefaultPrefix = "cnsms"

// Config holds the settings of a store.
type Config struct {
	// Client talks to one server, to Sentinel's primary, or to a Redis Cluster. Required. The
	// store does not close it. Its own settings hold: its retries are safe (see
	// the package comment), and ReadTimeout bounds how long a call that nobody waits for any more
	// keeps a connection.
	Client redis.UniversalClient
	// Prefix begins all keys, in braces: {cnsms}:otp:… Deployments that share a Redis need
	// prefixes of their own. The braces put all keys of a deployment into one slot of a
	// Redis Cluster, which a step on several keys needs. Letters, digits, and - _ . : up to 64.
	// Empty means DefaultPrefix.
	Prefix string
}

var prefixes = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	if isNil(c.Client) {
		problems = append(problems, errors.New("Client: must not be nil"))
	}
	if c.Prefix != "" && !prefixes.MatchString(c.Prefix) {
		problems = append(problems, errors.New("Prefix: want letters, digits, and - _ . : up to 64"))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("redisstore: config: %w", err)
	}
	return nil
}

// engine returns what runs scripts on the keys of one kind.
func (c Config) engine(kind string) (engine, error) {
	if err := c.Validate(); err != nil {
		return engine{}, err
	}
	if c.Prefix == "" {
		c.Prefix = DefaultPrefix
	}
	return engine{client: c.Client, space: "{" + c.Prefix + "}:" + kind + ":"}, nil
}

// isNil also finds nil pointers in interfaces.
func isNil(client redis.UniversalClient) bool {
	if client == nil {
		return true
	}
	v := reflect.ValueOf(client)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
