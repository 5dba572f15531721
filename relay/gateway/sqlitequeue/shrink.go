package sqlitequeue

const (
	freePages = `PRAGMA freelist_count`
	vacuum    = `PRAGMA incremental_vacuum(64)`
	// keepFree is how many empty pages stay in the file for new jobs, a megabyte.
	keepFree = 256
	// vacuumPages is how many pages one sweep gives back, as vacuum says.
	vacuumPages = 64
)

// shrink gives back a bounded number of pages that the database no longer needs, and
// returns how many. The file becomes shorter when it is settled.
func (w *writer) shrink() int {
	s, free := w.session, 0
	s.query(freePages, func(from scanner) error { return from.Scan(&free) })
	if free < keepFree+vacuumPages {
		return 0
	}
	w.identity.shrinking()
	s.query(vacuum, func(scanner) error { return nil })
	s.wrote = true
	return vacuumPages
}
