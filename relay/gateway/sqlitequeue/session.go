package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// session is the writing connection with its prepared statements. Only the
// writer's goroutine uses it.
//
// After the first statement that fails, the rest of the transaction does nothing, and
// the transaction is rolled back: tasks need not check.
type session struct {
	db         *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	failure    error
	changes    []gateway.Change
}

const (
	begin    = `BEGIN IMMEDIATE`
	commit   = `COMMIT`
	rollback = `ROLLBACK`
)

func openSession(path string) (*session, error) {
	db, conn, err := openWriter(path)
	if err != nil {
		return nil, err
	}
	s := &session{db: db, conn: conn, statements: map[string]*sql.Stmt{}}
	for _, text := range append([]string{begin, commit, rollback}, statements...) {
		statement, err := conn.PrepareContext(context.Background(), text)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.statements[text] = statement
	}
	return s, nil
}

func (s *session) close() error {
	for _, statement := range s.statements {
		_ = statement.Close()
	}
	return errors.Join(s.conn.Close(), s.db.Close())
}

// transact runs work in a transaction and returns the changes that work noted.
func (s *session) transact(work func()) ([]gateway.Change, error) {
	s.failure, s.changes = nil, s.changes[:0]
	s.exec(begin)
	work()
	s.exec(commit)
	if s.failure != nil {
		// SQLite may have rolled back by itself already; then this fails without harm.
		_, _ = s.statements[rollback].ExecContext(context.Background())
		return nil, s.failure
	}
	return s.changes, nil
}

// exec runs a statement and returns how many rows it changed.
func (s *session) exec(text string, args ...any) int {
	if s.failure != nil {
		return 0
	}
	result, err := s.statements[text].ExecContext(context.Background(), args...)
	if err != nil {
		s.failure = err
		return 0
	}
	changed, _ := result.RowsAffected()
	return int(changed)
}

// query runs a statement and calls each for every row.
func (s *session) query(text string, each func(scanner) error, args ...any) {
	if s.failure != nil {
		return
	}
	rows, err := s.statements[text].QueryContext(context.Background(), args...)
	if err != nil {
		s.failure = err
		return
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			s.failure = err
			return
		}
	}
	s.failure = rows.Err()
}

// jobs returns the jobs that a statement selects.
func (s *session) jobs(text string, args ...any) []row {
	var found []row
	s.query(text, func(from scanner) error {
		r, err := scanRow(from)
		found = append(found, r)
		return err
	}, args...)
	return found
}

// job returns the one job that a statement selects, if there is one.
func (s *session) job(text string, args ...any) (row, bool) {
	found := s.jobs(text, args...)
	if len(found) == 0 || s.failure != nil {
		return row{}, false
	}
	return found[0], true
}

// count returns the number that a statement selects.
func (s *session) count(text string, args ...any) int {
	n := 0
	s.query(text, func(from scanner) error { return from.Scan(&n) }, args...)
	return n
}

// moments returns the times that a statement selects.
func (s *session) moments(text string, args ...any) []time.Time {
	var found []time.Time
	s.query(text, func(from scanner) error {
		var ms int64
		err := from.Scan(&ms)
		found = append(found, fromMillis(ms))
		return err
	}, args...)
	return found
}

// store writes what a rule has made of a job, if that is anything new, and returns it.
func (s *session) store(old row, job gateway.Job) gateway.Job {
	job, changed := old.Replaced(job)
	if !changed {
		return job
	}
	values, err := updateValues(row{old.seq, job})
	if err != nil {
		s.fail(err)
		return job
	}
	s.exec(updateJob, values...)
	for _, change := range old.ChangeOf(job) {
		s.note(change)
	}
	return job
}

// keepAsOf returns a job as it is at now, and writes that.
func (s *session) keepAsOf(old row, now time.Time) gateway.Job {
	return s.store(old, old.AsOf(now))
}

func (s *session) fail(err error) {
	if s.failure == nil {
		s.failure = err
	}
}

// note adds a change that subscribers hear of after the commit.
func (s *session) note(c gateway.Change) { s.changes = append(s.changes, c) }
