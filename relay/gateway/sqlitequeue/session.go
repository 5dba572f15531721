package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
)

// session is the writing connection with its prepared statements. Only the
// writer's goroutine uses it.
//
// After the first statement that fails, the rest of the call does nothing, and what the
// call has written is rolled back: calls need not check.
type session struct {
	db         *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	key        numberKey
	logger     *slog.Logger
	failure    error
	refused    error // why the call that runs gets no answer, though its transaction is stored
	wrote      bool  // in this transaction
	damaged    int   // how many rows are set aside
	changes    []gateway.Change
	books      *inmemory.Ledger // nil when what the file has is to be read again
}

const (
	begin      = `BEGIN IMMEDIATE`
	commit     = `COMMIT`
	rollback   = `ROLLBACK`
	savepoint  = `SAVEPOINT call`
	release    = `RELEASE call`
	rollbackTo = `ROLLBACK TO call`
)

func openSession(c Config, key numberKey) (*session, error) {
	db, conn, err := c.openConnection()
	if err != nil {
		return nil, err
	}
	s := &session{db: db, conn: conn, statements: map[string]*sql.Stmt{}, key: key, logger: c.Logger}
	for _, text := range slices.Concat(controlStatements, statements, upkeepStatements) {
		statement, err := conn.PrepareContext(context.Background(), text)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.statements[text] = statement
	}
	s.query(countDamaged, func(from scanner) error { return from.Scan(&s.damaged) })
	if s.failure != nil {
		return nil, errors.Join(s.failure, s.close())
	}
	return s, nil
}

var (
	controlStatements = []string{begin, commit, rollback, savepoint, release, rollbackTo}
	upkeepStatements  = []string{
		copyDamaged, damagedByID, damagedByKey, countDamaged, stampDamaged, clearDamaged, hideDamaged, forgetDamaged,
		hideNumber, readMeta, writeMeta, keepPlaces, freePages, vacuum, writeProbe, deleteProbe,
	}
)

func (s *session) close() error {
	for _, statement := range s.statements {
		_ = statement.Close()
	}
	return errors.Join(s.conn.Close(), s.db.Close())
}

// exec runs a statement and returns how many rows it changed.
func (s *session) exec(text string, args ...any) int {
	if s.failure != nil || s.refused != nil {
		return 0
	}
	result, err := s.statements[text].ExecContext(context.Background(), args...)
	if err != nil {
		s.failure = err
		return 0
	}
	changed, _ := result.RowsAffected()
	s.wrote = s.wrote || changed > 0
	return int(changed)
}

// query runs a statement and calls each for every row.
func (s *session) query(text string, each func(scanner) error, args ...any) {
	if s.failure != nil || s.refused != nil {
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

// jobs returns the jobs that a statement selects. Rows that cannot be read are set aside.
func (s *session) jobs(text string, args ...any) []row {
	found, bad := s.scanJobs(text, args...)
	s.setAside(bad)
	return found
}

func (s *session) scanJobs(text string, args ...any) (found []row, bad []*damage) {
	s.query(text, func(from scanner) error {
		r, err := scanRow(from)
		var d *damage
		if errors.As(err, &d) {
			bad = append(bad, d)
			return nil
		}
		found = append(found, r)
		return err
	}, args...)
	return found, bad
}

// job returns the one job that a statement selects, if there is one. For one that is set
// aside the call that runs gets an error.
func (s *session) job(text string, args ...any) (row, bool) {
	found, bad := s.scanJobs(text, args...)
	s.setAside(bad)
	if len(found) > 0 && s.failure == nil {
		return found[0], true
	}
	switch text {
	case selectByID:
		s.refuseSetAside(damagedByID, args...)
	case selectByKey:
		s.refuseSetAside(damagedByKey, args...)
	}
	return row{}, false
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
	s.ledger().Release(job)
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
