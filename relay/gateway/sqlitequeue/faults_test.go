//go:build !windows

package sqlitequeue_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// faultyDisk is SQLite's name for a way to the disk that is the system's, with faults that a
// test turns on and off. The system's own functions do all the work.
const faultyDisk = "cnsms-faulty"

// faults are those of one folder.
type faults struct {
	write, sync atomic.Int32 // SQLite's result code instead of the call, or 0
	slow        atomic.Int64 // nanoseconds that each forced write takes
	torn        atomic.Bool  // a write that fails has written its first half
	hits        atomic.Int64
}

var (
	faultsOf    sync.Map // by folder
	faultsOn    sync.Map // by open file
	registering sync.Once
	system      sqlite3.Tsqlite3_vfs
)

// inject returns the faults of whatever lies in a folder.
func inject(t *testing.T, folder string) *faults {
	t.Helper()
	registering.Do(register)
	folder, err := filepath.EvalSymlinks(folder) // as SQLite names it
	require.NoError(t, err)
	f := &faults{}
	faultsOf.Store(folder, f)
	t.Cleanup(func() { faultsOf.Delete(folder) })
	return f
}

// register makes the way to the disk known to SQLite: a copy of the system's whose files
// have a write and a sync of ours. Functions pass to C as the address of their code's
// address, which is what a Go function value is.
func register() {
	tls := libc.NewTLS()
	found := sqlite3.Xsqlite3_vfs_find(tls, 0)
	system = **(**sqlite3.Tsqlite3_vfs)(unsafe.Pointer(&found))
	name, _ := libc.CString(faultyDisk)
	memory := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(system)))
	ours := *(**sqlite3.Tsqlite3_vfs)(unsafe.Pointer(&memory))
	*ours = system
	ours.FzName, ours.FpNext, ours.FxOpen = name, 0, address(open)
	if sqlite3.Xsqlite3_vfs_register(tls, memory, 0) != sqlite3.SQLITE_OK {
		panic("SQLite does not take the faulty disk")
	}
}

func address(function any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&function))[1] }

func function[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&address)) }

func open(tls *libc.TLS, vfs, path, file uintptr, flags int32, flagsOut uintptr) int32 {
	type xOpen = func(tls *libc.TLS, vfs, path, file uintptr, flags int32, flagsOut uintptr) int32
	rc := function[xOpen](system.FxOpen)(tls, vfs, path, file, flags, flagsOut)
	if rc != sqlite3.SQLITE_OK || path == 0 {
		return rc
	}
	f, ok := faultsOf.Load(filepath.Dir(libc.GoString(path)))
	if !ok {
		return rc
	}
	opened := *(**sqlite3.Tsqlite3_file)(unsafe.Pointer(&file))
	methods := *(**sqlite3.Tsqlite3_io_methods)(unsafe.Pointer(&opened.FpMethods))
	faultsOn.Store(file, openFile{f.(*faults), *methods})
	memory := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(*methods))) // a test's files are few
	ours := *(**sqlite3.Tsqlite3_io_methods)(unsafe.Pointer(&memory))
	*ours = *methods
	ours.FxWrite, ours.FxSync = address(write), address(force)
	opened.FpMethods = memory
	return rc
}

// openFile is a file with its faults and the system's functions.
type openFile struct {
	*faults
	system sqlite3.Tsqlite3_io_methods
}

func write(tls *libc.TLS, file, from uintptr, n int32, at int64) int32 {
	type xWrite = func(tls *libc.TLS, file, from uintptr, n int32, at int64) int32
	loaded, _ := faultsOn.Load(file)
	f := loaded.(openFile)
	code := f.write.Load()
	if code == 0 {
		return function[xWrite](f.system.FxWrite)(tls, file, from, n, at)
	}
	f.hits.Add(1)
	if f.torn.Load() {
		function[xWrite](f.system.FxWrite)(tls, file, from, n/2, at)
	}
	return code
}

func force(tls *libc.TLS, file uintptr, flags int32) int32 {
	type xSync = func(tls *libc.TLS, file uintptr, flags int32) int32
	loaded, _ := faultsOn.Load(file)
	f := loaded.(openFile)
	if slow := time.Duration(f.slow.Load()); slow > 0 {
		<-time.After(slow)
	}
	if code := f.sync.Load(); code != 0 {
		f.hits.Add(1)
		return code
	}
	return function[xSync](f.system.FxSync)(tls, file, flags)
}

// TestTheFaultyDiskIsADisk runs without a fault.
func TestTheFaultyDiskIsADisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	inject(t, folder)
	queue := openFaulty(t, filepath.Join(folder, "queue.db"))
	_, err := queue.Submit(t.Context(), submission("a"))
	require.NoError(t, err)
}
