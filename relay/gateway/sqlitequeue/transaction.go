package sqlitequeue

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/relay/gateway"
)

// transact runs work in a transaction and returns the changes that work noted.
func (s *session) transact(work func()) ([]gateway.Change, error) {
	s.failure, s.changes, s.wrote = nil, s.changes[:0], false
	damaged := s.damaged
	s.control(begin)
	work()
	s.control(commit)
	if s.failure != nil {
		// SQLite may have rolled back by itself already; then this fails without harm.
		_, _ = s.statements[rollback].ExecContext(context.Background())
		s.damaged, s.books = damaged, nil
		return nil, s.failure
	}
	return s.changes, nil
}

// alone runs a part of a transaction's work so that its failure undoes that part only, and
// returns the failure. When even that is not possible, the transaction fails.
func (s *session) alone(work func()) error {
	if s.failure != nil {
		return s.failure
	}
	noted, damaged := len(s.changes), s.damaged
	s.control(savepoint)
	work()
	failure := s.failure
	if failure == nil {
		s.control(release)
		return s.failure
	}
	s.failure = nil
	s.control(rollbackTo)
	s.control(release)
	if s.failure != nil {
		s.failure = failure // SQLite has rolled back the whole transaction
	}
	s.changes, s.damaged, s.books = s.changes[:noted], damaged, nil
	return failure
}

// control runs a statement that begins or ends something.
func (s *session) control(text string) {
	if s.failure == nil {
		_, s.failure = s.statements[text].ExecContext(context.Background())
	}
}

// recovered makes the call that runs fail when a rule has panicked, so that one job cannot
// end the process with everything that waits in it. The error has nothing of the job.
func (s *session) recovered() {
	if r := recover(); r != nil {
		s.fail(fmt.Errorf("a call panicked: %T", r))
	}
}
