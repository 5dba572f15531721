package sqlitequeue

import (
	"context"
	"time"
)

const (
	readMeta   = `SELECT value FROM meta WHERE name = ?`
	writeMeta  = `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
	keepPlaces = `UPDATE meta SET value = (SELECT coalesce(max(seq), 0) FROM jobs)
		WHERE name IN ('` + metaHidden + `', '` + metaPassed + `', '` + metaLooked + `')
		AND value > (SELECT coalesce(max(seq), 0) FROM jobs)`

	// What a check writes wants several new pages, as jobs do: on a full disk a change in
	// place may still succeed.
	writeProbe  = `INSERT INTO damaged (seq, reason, noticed) VALUES (-1, hex(zeroblob(8192)), 0)`
	deleteProbe = `DELETE FROM damaged WHERE seq = -1`
)

// meta returns what the file remembers under a name, 0 for nothing.
func (s *session) meta(name string) int64 {
	var value int64
	s.query(readMeta, func(from scanner) error { return from.Scan(&value) }, name)
	return value
}

func (s *session) setMeta(name string, value int64) { s.exec(writeMeta, name, value) }

// Mark returns the time that was last kept in the file, or zero.
func (q *Queue) Mark(ctx context.Context) (time.Time, error) {
	return write(ctx, q.writer, func(tx *session) (time.Time, error) {
		return fromMillis(tx.meta(metaMark)), nil
	})
}

// KeepMark keeps a time in the file.
func (q *Queue) KeepMark(ctx context.Context, at time.Time) error {
	_, err := write(ctx, q.writer, func(tx *session) (struct{}, error) {
		tx.setMeta(metaMark, millis(at))
		return struct{}{}, nil
	})
	return err
}
