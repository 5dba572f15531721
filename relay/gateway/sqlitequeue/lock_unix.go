//go:build !windows

package sqlitequeue

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// tryLock opens and locks a file. The lock belongs to the open file, so two queues of one
// process exclude each other as well.
func tryLock(name string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Clean(name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	_ = file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errInUse
	}
	return nil, err
}
