package sqlitequeue

import (
	"errors"
	"os"
	"syscall"
)

// errSharingViolation is the system's ERROR_SHARING_VIOLATION.
const errSharingViolation = syscall.Errno(32)

// tryLock opens a file that nobody else can open until it is closed.
func tryLock(name string) (*os.File, error) {
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, errInUse
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(handle), name), nil
}
