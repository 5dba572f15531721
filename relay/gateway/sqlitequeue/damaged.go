package sqlitequeue

import (
	"fmt"
	"log/slog"

	"github.com/cnsms/cnsms/relay/gateway"
)

// damage says which row cannot be read, and why, without anything that stands in it.
type damage struct {
	seq    int64
	id     string
	reason string
}

func (d *damage) Error() string { return fmt.Sprintf("job %s is damaged: %s", d.id, d.reason) }

// setAsideError is what a call gets that asks for a job whose row was set aside. What became of
// the job is not known, so it is not [gateway.ErrUnknownJob].
type setAsideError struct{ id string }

func (e *setAsideError) Error() string {
	return "job " + e.id + " is damaged and was set aside in the table damaged"
}

const (
	copyDamaged = `INSERT OR REPLACE INTO damaged (seq, reason, noticed, ` + jobColumns + `)
		SELECT seq, ?, 0, ` + jobColumns + ` FROM jobs WHERE seq = ?`
	countDamaged  = `SELECT count(*) FROM damaged`
	damagedByID   = `SELECT id FROM damaged WHERE id = ?`
	damagedByKey  = `SELECT id FROM damaged WHERE site = ? AND key = ? AND key <> ''`
	stampDamaged  = `UPDATE damaged SET noticed = ? WHERE noticed = 0`
	clearDamaged  = `UPDATE damaged SET text = '' WHERE text <> '' AND noticed < ?`
	hideDamaged   = `UPDATE damaged SET recipient = '' WHERE recipient <> '' AND noticed < ?`
	forgetDamaged = `DELETE FROM damaged WHERE noticed < ?`
)

// setAside moves rows that cannot be read to a table of their own, with every byte, so
// that they stop nobody.
func (s *session) setAside(bad []*damage) {
	for _, d := range bad {
		s.exec(copyDamaged, d.reason, d.seq)
		s.exec(deleteJob, d.seq)
		s.damaged++
		s.logger.Error("sqlitequeue: a row cannot be read and was set aside", slog.String("job", d.id), slog.String("reason", d.reason))
	}
	s.deleted(len(bad))
}

// refuseSetAside makes the call that runs fail if the job that it asks for was set aside.
func (s *session) refuseSetAside(text string, args ...any) {
	if s.damaged == 0 || s.failure != nil {
		return
	}
	s.query(text, func(from scanner) error {
		var id string
		err := from.Scan(&id)
		s.refused = &setAsideError{id}
		return err
	}, args...)
}

// sweepDamaged lets rows that are set aside lose text, number and place as the jobs do,
// counted from the first sweep that sees them: their own times may be what is damaged.
func (s *session) sweepDamaged(sweep gateway.Sweep) {
	if s.damaged == 0 {
		return
	}
	s.exec(stampDamaged, millis(sweep.Now))
	s.exec(clearDamaged, millis(sweep.ClearBefore))
	s.exec(hideDamaged, millis(sweep.HideBefore))
	s.damaged -= s.exec(forgetDamaged, millis(sweep.ForgetBefore))
}
