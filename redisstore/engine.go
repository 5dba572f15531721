package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// engine runs scripts.
type engine struct {
	client redis.UniversalClient
	space  string
}

// mark returns what tells a call from every other one.
func mark() string { return rand.Text()[:10] }

// run runs a script in one round trip, and returns within milliseconds of the context's
// end. The script may then have run, or run a little later.
func (e engine) run(ctx context.Context, s *script, keys []string, args ...any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("redisstore: %s: %w", s.name, err)
	}
	if ctx.Done() == nil {
		return e.eval(ctx, s, keys, args)
	}
	type outcome struct {
		reply any
		err   error
	}
	done := make(chan outcome, 1)
	go func() { // the client itself waits for its connection whatever becomes of the context
		reply, err := e.eval(ctx, s, keys, args)
		done <- outcome{reply, err}
	}()
	select {
	case o := <-done:
		return o.reply, o.err
	case <-ctx.Done():
		return nil, fmt.Errorf("redisstore: %s: %w", s.name, ctx.Err())
	}
}

// eval runs a script by its digest, or by its text when the server does not know it.
func (e engine) eval(ctx context.Context, s *script, keys []string, args []any) (any, error) {
	reply, err := e.do(ctx, s, "evalsha", s.digest, keys, args)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		reply, err = e.do(ctx, s, "eval", s.source, keys, args)
	}
	if err == nil {
		return reply, nil
	}
	if over := ended(ctx); over != nil {
		return nil, fmt.Errorf("redisstore: %s: %w: %w", s.name, over, err)
	}
	return nil, fmt.Errorf("redisstore: %s: %w", s.name, err)
}

// ended returns the context's error, a little early if need be: a connection whose
// deadline is the context's may be faster.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

func (e engine) do(ctx context.Context, s *script, command, text string, keys []string, args []any) (any, error) {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, command, text, len(keys))
	for _, key := range keys {
		all = append(all, key)
	}
	cmd := redis.NewCmd(ctx, append(all, args...)...)
	cmd.SetFirstKeyPos(3)
	if s.once {
		_ = e.client.Process(ctx, onceOnly{cmd})
	} else {
		_ = e.client.Process(ctx, cmd)
	}
	return cmd.Result()
}

// onceOnly is a command that the client does not send again when a connection is lost.
type onceOnly struct{ *redis.Cmd }

// NoRetry is what the client asks.
func (onceOnly) NoRetry() bool { return true }

// key returns a key of this kind.
func (e engine) key(parts ...string) string { return e.space + strings.Join(parts, ":") }
