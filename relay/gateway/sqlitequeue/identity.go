package sqlitequeue

import (
	"fmt"
	"os"
	"sync"
)

// identity knows which files the queue works on. A file that is removed or replaced under
// its name takes every later write with it, so the writer looks after each commit, before
// anybody hears of it.
type identity struct {
	mu      sync.Mutex
	files   []*knownFile // the database, then its write-ahead file
	shrinks bool
}

// knownFile is a file as it was when the queue opened it.
type knownFile struct {
	path  string
	info  os.FileInfo
	floor int64 // the file is at least as long
}

// identityOf remembers the database and its write-ahead file.
func identityOf(path string) (*identity, error) {
	var id identity
	for _, path := range []string{path, path + "-wal"} {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		id.files = append(id.files, &knownFile{path: path, info: info, floor: info.Size()})
	}
	return &id, nil
}

// check returns an error unless the names still lead to the files, and neither has been
// cut.
func (id *identity) check() error {
	id.mu.Lock()
	defer id.mu.Unlock()
	return id.look()
}

func (id *identity) look() error {
	for i, file := range id.files {
		info, err := os.Stat(file.path)
		switch {
		case err != nil:
			return fmt.Errorf("the file in use has been removed: stop the gateway, put the file back, and start it again: %w", err)
		case !os.SameFile(info, file.info):
			return fmt.Errorf("%s has been replaced while it was in use: stop the gateway before a file is put there", file.path)
		case info.Size() < file.floor:
			return fmt.Errorf("%s has been emptied or cut while it was in use: stop the gateway and put back a copy", file.path)
		}
		if i > 0 || !id.shrinks {
			file.floor = info.Size()
		}
	}
	return nil
}

// shrinking says that the database gives pages back, so its file may become shorter any
// time until the next call of settle.
func (id *identity) shrinking() {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.shrinks, id.files[0].floor = true, 1
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
	id.shrinks, id.files[0].floor, id.files[1].floor = false, 1, 0
	return id.look()
}
