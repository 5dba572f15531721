package sqlitequeue

import (
	"context"

	"github.com/cnsms/cnsms/relay/gateway"
)

// callTask is a task with a result.
type callTask[T any] struct {
	ctx    context.Context //nolint:containedctx // a task is one call, and lives no longer than it
	do     func(s *session) (T, error)
	result result[T]
	done   chan result[T]
}

type result[T any] struct {
	value T
	err   error
}

func (e *callTask[T]) run(s *session) {
	if err := e.ctx.Err(); err != nil {
		e.result.err = err
		return
	}
	s.refused = nil
	defer s.recovered()
	e.result.value, e.result.err = e.do(s)
	if s.refused != nil {
		e.result.err, s.refused, s.books = named(s.refused), nil, nil
	}
}

func (e *callTask[T]) finish(err error) {
	if err != nil {
		e.result = result[T]{err: err}
	}
	e.done <- e.result
}

// write has the writer run a call and waits for its result, or for the context's end. do
// returns the error of a rule; errors of the file are the session's.
func write[T any](ctx context.Context, w *writer, do func(s *session) (T, error)) (T, error) {
	e := &callTask[T]{ctx: ctx, do: do, done: make(chan result[T], 1)}
	var none T
	if w.stopping() {
		return none, gateway.ErrClosed
	}
	select {
	case w.tasks <- e:
	case <-ctx.Done():
		return none, ctx.Err()
	case <-w.quit:
		return none, gateway.ErrClosed
	}
	select {
	case result := <-e.done:
		return result.value, result.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-w.stopped:
		return e.afterStop()
	}
}

// afterStop returns the result that came just before the writer ended, if one did.
func (e *callTask[T]) afterStop() (T, error) {
	select {
	case result := <-e.done:
		return result.value, result.err
	default:
		var none T
		return none, gateway.ErrClosed
	}
}
