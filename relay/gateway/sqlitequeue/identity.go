package sqlitequeue

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// identity knows which files the queue works on. A file that is removed or replaced under
// its name takes every later write with it, so the writer looks after each commit, before
// anybody hears of it; and what a reader finds in it, or misses there, says nothing.
type identity struct {
	mu      sync.RWMutex // locked while lengths may fall
	files   []*knownFile // the database, then its write-ahead file
	shrinks bool
}

// knownFile is a file as it was when the queue opened it.
type knownFile struct {
	path  string
	info  os.FileInfo
	least int64        // the length that it never falls below
	floor atomic.Int64 // the file is at least as long, until identity.mu is locked
}

// identityOf remembers the database and its write-ahead file.
func identityOf(path string) (*identity, error) {
	var id identity
	for i, path := range []string{path, path + "-wal"} {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		file := &knownFile{path: path, info: info, least: int64(1 - i)}
		file.floor.Store(info.Size())
		id.files = append(id.files, file)
	}
	return &id, nil
}

// check returns an error unless the names still lead to the files, and neither has been
// cut.
func (id *identity) check() error {
	id.mu.RLock()
	defer id.mu.RUnlock()
	return id.look()
}

// checkRead is check for a reader, who does not wait while the file is settled. Meanwhile
// it does not know how long the files should be, but that the database is not empty.
func (id *identity) checkRead() error {
	if id.mu.TryRLock() {
		defer id.mu.RUnlock()
		return id.look()
	}
	for _, file := range id.files {
		if _, err := file.look(file.least); err != nil {
			return err
		}
	}
	return nil
}

// look needs id.mu.
func (id *identity) look() error {
	for i, file := range id.files {
		floor := file.floor.Load() // before the look, so that no later one makes this one wrong
		size, err := file.look(floor)
		if err != nil {
			return err
		}
		if size > floor && (i > 0 || !id.shrinks) {
			file.floor.CompareAndSwap(floor, size)
		}
	}
	return nil
}

// look returns the file's length, or an error unless the name leads to the file and it is
// at least so long.
func (f *knownFile) look(floor int64) (int64, error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return 0, fmt.Errorf("the file in use has been removed: stop the gateway, put the file back, and start it again: %w", err)
	case !os.SameFile(info, f.info):
		return 0, fmt.Errorf("%s has been replaced while it was in use: stop the gateway before a file is put there", f.path)
	case info.Size() < floor:
		return 0, fmt.Errorf("%s has been emptied or cut while it was in use: stop the gateway and put back a copy", f.path)
	default:
		return info.Size(), nil
	}
}

// shrinking says that the database gives pages back, so its file may become shorter any
// time until the next call of settle.
func (id *identity) shrinking() {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.shrinks = true
	id.files[0].floor.Store(id.files[0].least)
}

// settle calls write, which writes everything into the database and empties the
// write-ahead file, and remembers the lengths after that. It calls nothing when the files
// are not those that they were.
func (id *identity) settle(write func() error) error {
	id.mu.Lock()
	defer id.mu.Unlock()
	if err := id.look(); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	id.shrinks = false
	for _, file := range id.files {
		file.floor.Store(file.least)
	}
	return id.look()
}
