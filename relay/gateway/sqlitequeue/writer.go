package sqlitequeue

import (
	"context"
	"fmt"
	"sync"

	"github.com/cnsms/cnsms/relay/gateway"
)

// maxBatch bounds how many calls share one transaction, so that the first of them does
// not wait long for the last.
const maxBatch = 256

// task is one call for the writer.
type task interface {
	// run runs the call inside the transaction.
	run(s *session)
	// finish gives the caller its result; err is set when the transaction was not stored.
	finish(err error)
}

// writer runs tasks, many to a transaction.
type writer struct {
	tasks   chan task
	quit    chan struct{} // closed when stop is called
	stopped chan struct{} // closed when the loop has ended
	session *session
	tell    func([]gateway.Change)

	mu      sync.Mutex
	failure error // of the last transaction
}

func startWriter(s *session, tell func([]gateway.Change)) *writer {
	w := &writer{
		tasks: make(chan task, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
		session: s, tell: tell,
	}
	go w.loop()
	return w
}

// stop ends the loop and closes the connection. It is called once.
func (w *writer) stop() error {
	close(w.quit)
	<-w.stopped
	return w.session.close()
}

func (w *writer) stopping() bool {
	select {
	case <-w.quit:
		return true
	default:
		return false
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	batch := make([]task, 0, maxBatch)
	for {
		select {
		case <-w.quit:
			return
		case first := <-w.tasks:
			batch = w.gather(append(batch[:0], first))
			w.commit(batch)
		}
	}
}

// gather adds the tasks that wait already.
func (w *writer) gather(batch []task) []task {
	for len(batch) < maxBatch {
		select {
		case next := <-w.tasks:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction. Subscribers hear of its changes before the
// callers have their results, and only when it is on disk.
func (w *writer) commit(batch []task) {
	changes, err := w.session.transact(func() {
		for _, t := range batch {
			t.run(w.session)
		}
	})
	if err != nil {
		err = fmt.Errorf("sqlitequeue: %w", err)
	} else {
		w.tell(changes)
	}
	w.remember(err)
	for _, t := range batch {
		t.finish(err)
	}
}

func (w *writer) remember(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failure = err
}

func (w *writer) lastFailure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}

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
	e.result.value, e.result.err = e.do(s)
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
