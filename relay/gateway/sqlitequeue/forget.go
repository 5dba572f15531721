package sqlitequeue

import (
	"math"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// lastSeq is behind every row.
const lastSeq = math.MaxInt64

// place is what a sweep has to know of a row.
type place struct {
	seq                int64
	created            time.Time
	recipient, content string
	ended              bool
}

// places returns the first rows behind one, up to another.
func (s *session) places(behind, upTo int64, most int) (found []place) {
	s.query(selectPlaces, func(from scanner) error {
		var p place
		var created int64
		err := from.Scan(&p.seq, &created, &p.recipient, &p.content, &p.ended)
		p.created = fromMillis(created)
		found = append(found, p)
		return err
	}, behind, upTo, most)
	return found
}

// forget deletes old jobs, and returns how many it has deleted and passed. It looks at the
// first rows only, because jobs lie in the order in which they came. Jobs of a clock that
// was ahead lie among them for long, so it passes them, for lookBack.
func (s *session) forget(sweep gateway.Sweep, room int) int {
	if sweep.ForgetBefore.IsZero() {
		return 0
	}
	from := s.meta(metaPassed)
	passed, n, deleted, young := from, 0, 0, false
	for _, p := range s.places(from, lastSeq, room) {
		switch {
		case sweep.Forgets(p.created):
			deleted += s.exec(deleteJob, p.seq)
		case sweep.Ahead(p.created) && !young:
			passed = p.seq
			n++
		default:
			young = true
		}
	}
	if passed > from {
		s.setMeta(metaPassed, passed)
	}
	s.deleted(deleted)
	return n + deleted
}

// lookBack looks again at some of the rows that forget has passed, deletes those whose time
// has come, and hides the numbers of those that had not ended before. It returns how many
// those were. Each sweep goes on where the last one stopped, round and round, as long as
// there are such rows.
func (s *session) lookBack(sweep gateway.Sweep, room int) int {
	passed := s.meta(metaPassed)
	if passed == 0 {
		return 0
	}
	from := s.meta(metaLooked)
	looked, hidden, deleted := from, 0, 0
	rows := s.places(from, passed, room)
	for _, p := range rows {
		looked = p.seq
		switch {
		case sweep.Forgets(p.created):
			deleted += s.exec(deleteJob, p.seq)
		case sweep.Hides(p.created):
			hidden += s.hide(p)
		}
	}
	if from == 0 && len(rows) == 0 {
		s.setMeta(metaPassed, 0)
	}
	if len(rows) < room || looked >= passed {
		looked = 0
	}
	if looked != from {
		s.setMeta(metaLooked, looked)
	}
	s.deleted(deleted)
	return hidden + deleted
}

// deleted keeps the remembered places within the table: SQLite gives the numbers of rows
// behind the last one to new rows.
func (s *session) deleted(rows int) {
	if rows > 0 {
		s.exec(keepPlaces)
	}
}
