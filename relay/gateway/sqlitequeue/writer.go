package sqlitequeue

import (
	"cmp"
	"fmt"
	"sync"

	"github.com/cnsms/cnsms/relay/gateway"
)

// maxBatch bounds how many calls share one transaction, so that the first of them does
// not wait long for the last.
const maxBatch = 256

// task is one call for the writer.
type task interface {
	// run runs the call inside the transaction; it may be run again in another one.
	run(s *session)
	// finish gives the caller its result; err is set when the call was not stored.
	finish(err error)
}

// writer runs tasks, many to a transaction.
type writer struct {
	tasks    chan task
	quit     chan struct{} // closed when stop is called
	stopped  chan struct{} // closed when the loop has ended
	session  *session
	identity *identity
	tell     func([]gateway.Change)
	errs     []error // of the batch's tasks

	mu      sync.Mutex
	failure error // of the last transaction that wrote
}

func startWriter(s *session, id *identity, tell func([]gateway.Change)) *writer {
	w := &writer{
		tasks: make(chan task, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
		session: s, identity: id, tell: tell, errs: make([]error, maxBatch),
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
	settling := newSettling()
	defer settling.stop()
	batch := make([]task, 0, maxBatch)
	for {
		select {
		case <-w.quit:
			_ = w.settle() // what is left to settle, SQLite does when the file is closed
			return
		case first := <-w.tasks:
			batch = w.gather(append(batch[:0], first))
			w.commit(batch)
			settling.wrote(w.session.wrote)
		case <-settling.idle.C:
			settling.done(w.settle())
		case <-settling.longest.C:
			settling.done(w.settle())
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
// callers have their results, and only when it is on disk, in the file that the name leads
// to.
func (w *writer) commit(batch []task) {
	changes, err := w.together(batch)
	if err == nil {
		err = w.identity.check()
	}
	if err == nil {
		w.tell(changes)
	}
	w.remember(cmp.Or(err, cmp.Or(w.errs...)))
	for i, t := range batch {
		t.finish(named(cmp.Or(err, w.errs[i])))
	}
}

func named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlitequeue: %w", err)
}

// together runs a batch in one transaction. When a call fails, the transaction is run
// again with every call on its own, so that the others do not fail with it; errs has the
// errors of single calls.
func (w *writer) together(batch []task) (changes []gateway.Change, err error) {
	clear(w.errs)
	ran := false
	changes, err = w.session.transact(func() {
		for _, t := range batch {
			t.run(w.session)
		}
		ran = w.session.failure == nil
	})
	if err == nil || ran || len(batch) == 1 {
		return changes, err
	}
	return w.session.transact(func() {
		for i, t := range batch {
			w.errs[i] = w.session.alone(func() { t.run(w.session) })
		}
	})
}

// remember keeps why a write failed until one succeeds. A transaction that had nothing to
// write shows nothing.
func (w *writer) remember(err error) {
	if err == nil && !w.session.wrote {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failure = err
}

func (w *writer) lastFailure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}
