// Package sqlitequeue keeps the gateway's jobs, and its principals, in one SQLite file. It needs no
// installation and is the engine for a gateway that runs as one process.
//
// When a call returns without an error, its changes are on disk: the file is in
// write-ahead mode with full synchronisation, so jobs survive kill -9 and the loss of
// power. One goroutine writes. It stores the calls that came while it was busy in one
// transaction, so many callers at once get many times the throughput of one. Reads have
// connections of their own.
//
// When a write fails, every call of its transaction gets the error, and none of its
// changes is kept.
//
// The file is created readable by its owner only, because it holds numbers and, for
// a short time, texts. One process at a time should use it: a second one would
// corrupt nothing, but neither would know of the other's new jobs and phones.
package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
)

// Config sets up a [Queue].
type Config struct {
	// Path is the database file. It is created if it does not exist; its folder must
	// exist. Required.
	Path string
}

// Validate reports every problem of the configuration.
func (c Config) Validate() error {
	if c.Path == "" {
		return errors.New("sqlitequeue: config: Path: must not be empty")
	}
	return nil
}

// Queue is a [gateway.Queue] in a file. Make it with [New] and end it with Close.
type Queue struct {
	readers     *sql.DB
	byID        *sql.Stmt
	byToken     *sql.Stmt
	writer      *writer
	phones      inmemory.Phones
	subscribers inmemory.Subscribers
	close       sync.Once
	closed      error
}

var _ gateway.Queue = (*Queue)(nil)

// New opens or creates the file and starts the writer. It refuses a file that a newer
// version of this package has written.
func New(cfg Config) (*Queue, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	q := &Queue{}
	if err := q.open(cfg.Path); err != nil {
		return nil, fmt.Errorf("sqlitequeue: %w", errors.Join(err, q.Close()))
	}
	return q, nil
}

func (q *Queue) open(path string) error {
	if err := createPrivate(path); err != nil {
		return err
	}
	session, err := openSession(path)
	if err != nil {
		return err
	}
	q.writer = startWriter(session, q.subscribers.Tell)
	if q.readers, err = openReaders(path); err != nil {
		return err
	}
	if q.byID, err = q.readers.PrepareContext(context.Background(), selectByID); err != nil {
		return err
	}
	q.byToken, err = q.readers.PrepareContext(context.Background(), selectPrincipal)
	return err
}

// Close waits for the transaction that runs, ends the writer and closes the file. Calls
// that had not begun, and later ones, return [gateway.ErrClosed].
func (q *Queue) Close() error {
	q.close.Do(func() {
		if q.readers != nil {
			q.closed = q.readers.Close()
		}
		if q.writer != nil {
			q.closed = errors.Join(q.closed, q.writer.stop())
		}
	})
	return q.closed
}

// Job returns a job as it is at now.
func (q *Queue) Job(ctx context.Context, id string, now time.Time) (gateway.Job, error) {
	if q.writer.stopping() {
		return gateway.Job{}, gateway.ErrClosed
	}
	row, err := scanRow(q.byID.QueryRowContext(ctx, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return gateway.Job{}, gateway.ErrUnknownJob
	case err != nil:
		return gateway.Job{}, q.readError(ctx, err)
	}
	if job := row.AsOf(now); job.State == row.State {
		return job, nil
	}
	return q.expire(ctx, id, now)
}

// expire stores that a job has expired, unless a phone has taken it meanwhile. It must be
// stored before the caller learns of it: a phone's call that began before the deadline
// may still come.
func (q *Queue) expire(ctx context.Context, id string, now time.Time) (gateway.Job, error) {
	return write(ctx, q.writer, func(tx *session) (gateway.Job, error) {
		old, ok := tx.job(selectByID, id)
		if !ok {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		return tx.keepAsOf(old, now), nil
	})
}

// Check reports whether the file can be read and whether the last write reached it.
func (q *Queue) Check(ctx context.Context) error {
	if q.writer.stopping() {
		return gateway.ErrClosed
	}
	var version int
	if err := q.readers.QueryRowContext(ctx, readVersion).Scan(&version); err != nil {
		return fmt.Errorf("sqlitequeue: %w", err)
	}
	return q.writer.lastFailure()
}

// Seen stores that a phone has made a request, in memory: after a restart a phone is
// online again with its first request.
func (q *Queue) Seen(ctx context.Context, p gateway.Presence) error {
	if q.writer.stopping() {
		return gateway.ErrClosed
	}
	q.phones.Seen(p)
	return ctx.Err()
}

// Subscribe calls notify after each change until stop is called.
func (q *Queue) Subscribe(notify func(gateway.Change)) (stop func()) {
	return q.subscribers.Add(notify)
}
