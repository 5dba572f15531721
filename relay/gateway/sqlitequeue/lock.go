package sqlitequeue

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// errInUse is what tryLock returns when another holder has the lock.
var errInUse = errors.New("in use")

// lock is the file beside the database that one queue holds at a time. The system gives
// it back when the process ends, however it ends. The file stays, because whoever removes
// it could remove another one's lock; what stands in it says whether there was a database.
type lock struct{ file *os.File }

// lockMark stands in a lock file from the moment on when its database was created.
const lockMark = "cnsms relay queue: the database beside this file exists\n"

// takeLock locks a database for this queue.
func takeLock(path string) (*lock, error) {
	name := path + "-lock"
	file, err := tryLock(name)
	if errors.Is(err, errInUse) {
		return nil, fmt.Errorf("another queue has %s open: end the other process, or give each gateway a file of its own", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", name, err)
	}
	return &lock{file}, nil
}

// marked reports whether there was a database beside the lock file.
func (l *lock) marked() (bool, error) {
	text, err := io.ReadAll(io.NewSectionReader(l.file, 0, int64(len(lockMark))))
	return len(text) > 0, err
}

// mark notes that there is a database beside the lock file.
func (l *lock) mark() error {
	if marked, err := l.marked(); marked || err != nil {
		return err
	}
	if _, err := l.file.WriteAt([]byte(lockMark), 0); err != nil {
		return err
	}
	return l.file.Sync()
}

func (l *lock) release() error { return l.file.Close() }
