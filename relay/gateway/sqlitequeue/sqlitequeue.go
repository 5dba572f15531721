// Package sqlitequeue keeps the gateway's jobs, and its principals, in one SQLite file.
// It needs no installation and is the engine for a gateway that runs as one process.
//
// When a call returns without an error, its changes are on disk, in the file that the
// name leads to: the file is in write-ahead mode with full synchronisation, so jobs
// survive kill -9 and the loss of power, and a file that is removed or replaced is noticed
// before the next call is acknowledged and the next read is answered. One goroutine
// writes. It stores the calls that came while it was busy in one transaction, so many
// callers at once get many times the throughput of one. Reads have connections of their
// own.
//
// When the disk fails a transaction, every call of it gets the error, and none of its
// changes is kept. When a call fails by itself, it fails alone. A row that cannot be read
// is set aside, in the table damaged, and calls for its job fail until it is forgotten; it
// stops no other job.
//
// One queue at a time has the file: New locks it, and refuses it when another process has
// it. The lock ends with the process. Nothing else should write to the file, or vacuum it,
// while a queue has it.
//
// The files are created readable by their owner only, because they hold numbers and, for
// a short time, texts. A text leaves the database when its job ends or is swept, and the
// write-ahead file a second after the last write, or within a minute when writes never
// pause. The number of a job that a sweep hides is replaced by a keyed digest.
package sqlitequeue

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
)

// Config sets up a [Queue].
type Config struct {
	// Path is the database file. It is created if it does not exist; its folder must
	// exist. Beside it stand the files PATH-wal and PATH-shm, which are SQLite's, PATH-lock,
	// and PATH-key, which makes the digests of old numbers. Required.
	Path string
	// Logger gets the ids of rows that cannot be read and were set aside. nil means no log.
	Logger *slog.Logger

	vfs string // SQLite's way to the disk; tests put faults there
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
	lock        *lock
	readers     *sql.DB
	byID        *sql.Stmt
	setAside    *sql.Stmt
	byToken     *sql.Stmt
	writer      *writer
	phones      inmemory.Phones
	subscribers inmemory.Subscribers
	close       sync.Once
	closed      error
}

var (
	_ gateway.Queue   = (*Queue)(nil)
	_ gateway.Clocked = (*Queue)(nil)
)

// New locks the file, opens or creates it, and starts the writer. It refuses, and leaves
// as it is, a file that another queue has open, that is another program's, that a newer
// version of this package has written, that has a broken page, and one that was removed or
// emptied since its last use. It reads the whole file once for that.
func New(cfg Config) (*Queue, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	q := &Queue{}
	if err := q.open(cfg); err != nil {
		return nil, fmt.Errorf("sqlitequeue: %w", errors.Join(err, q.Close()))
	}
	return q, nil
}

func (q *Queue) open(cfg Config) (err error) {
	if q.lock, err = takeLock(cfg.Path); err != nil {
		return err
	}
	if err = findFile(cfg.Path, q.lock); err != nil {
		return err
	}
	if q.writer, err = openWriter(cfg, q.subscribers.Tell); err != nil {
		return err
	}
	if err = q.lock.mark(); err != nil {
		return err
	}
	if q.readers, err = cfg.openReaders(); err != nil {
		return err
	}
	if q.byID, err = q.readers.PrepareContext(context.Background(), selectByID); err != nil {
		return err
	}
	if q.setAside, err = q.readers.PrepareContext(context.Background(), damagedByID); err != nil {
		return err
	}
	q.byToken, err = q.readers.PrepareContext(context.Background(), selectPrincipal)
	return err
}

// openWriter opens the file for writing and starts the writer.
func openWriter(cfg Config, tell func([]gateway.Change)) (*writer, error) {
	key, err := openKey(cfg.Path)
	if err != nil {
		return nil, err
	}
	session, err := openSession(cfg, key)
	if err != nil {
		return nil, err
	}
	id, err := identityOf(cfg.Path)
	if err != nil {
		return nil, errors.Join(err, session.close())
	}
	return startWriter(session, id, tell), nil
}

// Close waits for the transaction that runs, ends the writer, closes the file and unlocks
// it. Calls that had not begun, and later ones, return [gateway.ErrClosed].
func (q *Queue) Close() error {
	q.close.Do(func() {
		if q.readers != nil {
			q.closed = q.readers.Close()
		}
		if q.writer != nil {
			q.closed = errors.Join(q.closed, q.writer.stop())
		}
		if q.lock != nil {
			q.closed = errors.Join(q.closed, q.lock.release())
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
	if bad := (*damage)(nil); errors.As(err, &bad) {
		return q.expire(ctx, id, now) // where the writer sets it aside
	}
	if errors.Is(err, sql.ErrNoRows) {
		return gateway.Job{}, q.missing(ctx, id)
	}
	if err = q.answered(ctx, err); err != nil {
		return gateway.Job{}, err
	}
	if job := row.AsOf(now); job.State == row.State {
		return job, nil
	}
	return q.expire(ctx, id, now)
}

// missing is why there is no job of an id.
func (q *Queue) missing(ctx context.Context, id string) error {
	switch err := q.answered(ctx, q.setAside.QueryRowContext(ctx, id).Scan(&id)); {
	case err == nil:
		return named(&setAsideError{id})
	case errors.Is(err, sql.ErrNoRows):
		return gateway.ErrUnknownJob
	default:
		return err
	}
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

// Check reports whether the file can be read, whether it is still the one that the queue
// opened, and whether writes reach it: after one that did not, Check writes.
func (q *Queue) Check(ctx context.Context) error {
	if q.writer.stopping() {
		return gateway.ErrClosed
	}
	if err := q.writer.identity.check(); err != nil {
		return named(err)
	}
	var version int
	if err := q.readers.QueryRowContext(ctx, readVersion).Scan(&version); err != nil {
		return q.answered(ctx, err)
	}
	if q.writer.lastFailure() == nil {
		return nil
	}
	_, err := write(ctx, q.writer, func(tx *session) (struct{}, error) {
		tx.exec(writeProbe)
		tx.exec(deleteProbe)
		return struct{}{}, nil
	})
	return err
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
