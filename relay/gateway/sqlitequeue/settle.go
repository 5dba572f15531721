package sqlitequeue

import (
	"context"
	"errors"
	"time"
)

const (
	// settleIdle after the last write everything is moved from the write-ahead file into
	// the database, where what was deleted is overwritten.
	settleIdle = time.Second
	// settleLongest is how long that waits when writes never pause.
	settleLongest = time.Minute
	// settleWait is how long it may keep writes waiting for a reader.
	settleWait = "PRAGMA busy_timeout = 20"
	writeWait  = "PRAGMA busy_timeout = 5000"
)

// settling says when the writer should settle the file.
type settling struct {
	idle, longest *time.Timer
	due           bool
}

// newSettling has the file settled at once: the last process may have been killed.
func newSettling() *settling {
	return &settling{idle: time.NewTimer(settleIdle), longest: time.NewTimer(settleLongest), due: true}
}

func (s *settling) stop() {
	s.idle.Stop()
	s.longest.Stop()
}

// wrote notes a transaction, which may have written something.
func (s *settling) wrote(anything bool) {
	if !anything {
		return
	}
	s.idle.Reset(settleIdle)
	if !s.due {
		s.due = true
		s.longest.Reset(settleLongest)
	}
}

// done notes that the file was settled, or has it tried again.
func (s *settling) done(err error) {
	s.stop()
	s.due = err != nil
	if s.due {
		s.idle.Reset(settleIdle)
	}
}

var errReaders = errors.New("somebody reads the write-ahead file")

// settle moves everything from the write-ahead file into the database and empties it, so
// that no text outlives its deletion there, and gives the disk the pages that the
// database no longer needs.
func (w *writer) settle() error {
	return w.identity.settle(func() error {
		ctx, conn := context.Background(), w.session.conn
		if _, err := conn.ExecContext(ctx, settleWait); err != nil {
			return err
		}
		var busy, frames, moved int
		err := conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved)
		if busy != 0 {
			err = errReaders
		}
		_, waitErr := conn.ExecContext(ctx, writeWait)
		return errors.Join(err, waitErr)
	})
}
