package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// maxOutbox is how many outcomes an outbox keeps. The agent handles one job at a time and
// repeats its report, so there are more than a few only when the gateway cannot store them,
// or the agent is killed again and again before it can reach the gateway.
const maxOutbox = 1000

// outboxVersion is the version of the file that this package reads and writes.
const outboxVersion = 1

// outboxFile is the file of an outbox: one JSON object.
type outboxFile struct {
	Version int      `json:"version"`
	Reports []unsent `json:"reports"`
}

// unsent is an outcome that the gateway may not know yet. It holds neither the text nor the
// number, nor what a sender said of a failure.
type unsent struct {
	// ID and Lease name the job.
	ID    string `json:"id"`
	Lease string `json:"lease"`
	// State is sent or failed.
	State relayapi.State `json:"state"`
	// At is when it happened, by the phone's clock.
	At relayapi.Time `json:"at"`
	// Class and MayHaveSent say why it failed.
	Class       relayapi.FailureClass `json:"class,omitempty"`
	MayHaveSent bool                  `json:"may_have_sent,omitempty"`
}

// outbox keeps outcomes in a file until the gateway has answered. Without a path it keeps
// nothing.
type outbox struct {
	path string

	mu      sync.Mutex
	reports []unsent
}

// openOutbox reads the outbox of a path, and makes sure that it can be written. A file that is not an outbox is set aside, under
// its name with ".damaged"; the error says so, and the outbox can be used all the same.
func openOutbox(path string) (*outbox, error) {
	o := &outbox{path: path}
	if path == "" {
		return o, nil
	}
	content, err := os.ReadFile(filepath.Clean(path))
	if errors.Is(err, fs.ErrNotExist) {
		return o, o.store(nil)
	}
	if err != nil {
		return o, errors.New("the outbox cannot be read: " + reason(err))
	}
	var file outboxFile
	if json.Unmarshal(content, &file) != nil || file.Version != outboxVersion {
		if err := os.Rename(path, path+".damaged"); err != nil {
			return o, errors.New("the outbox is damaged and cannot be set aside: " + reason(err))
		}
		if err := o.store(nil); err != nil {
			return o, err
		}
		return o, errDamaged
	}
	return o, o.store(latest(file.Reports))
}

var errDamaged = errors.New("the outbox was damaged; it is set aside, and the outcomes in it are not reported")

// reason is an error of the file system without its path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// all returns the outcomes, oldest first.
func (o *outbox) all() []unsent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.reports)
}

// put keeps the outcome of a job, in the place of an earlier one.
func (o *outbox) put(u unsent) error {
	return o.change(func(reports []unsent) []unsent {
		return latest(append(without(reports, u.ID), u))
	})
}

func latest(reports []unsent) []unsent { return reports[max(0, len(reports)-maxOutbox):] }

// remove forgets the outcome of a job.
func (o *outbox) remove(id string) error {
	return o.change(func(reports []unsent) []unsent { return without(reports, id) })
}

func without(reports []unsent, id string) []unsent {
	return slices.DeleteFunc(slices.Clone(reports), func(u unsent) bool { return u.ID == id })
}

func (o *outbox) change(change func([]unsent) []unsent) error {
	if o.path == "" {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.store(change(o.reports))
}

// store writes the file.
func (o *outbox) store(reports []unsent) error {
	content, err := json.Marshal(outboxFile{outboxVersion, append([]unsent{}, reports...)})
	if err == nil {
		err = writeWhole(o.path, content)
	}
	if err != nil {
		return fmt.Errorf("the outbox cannot be written: %s", reason(err))
	}
	o.reports = reports
	return nil
}

// writeWhole replaces a file by one with this content, which only its owner can read.
// Whenever the process ends or the power fails, the file is the old or the new one.
func writeWhole(path string, content []byte) error {
	temporary := path + ".new"
	file, err := os.OpenFile(filepath.Clean(temporary), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Chmod(0o600), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// report is the report of an outcome after a restart.
func (u unsent) report() relayapi.StateReport {
	r := relayapi.StateReport{ID: u.ID, Lease: u.Lease, State: u.State, At: u.At}
	if u.State == relayapi.StateFailed {
		r.Error = u.failure()
	}
	return r
}

// failure is why the job failed, or nil.
func (u unsent) failure() *relayapi.Failure {
	if u.State != relayapi.StateFailed {
		return nil
	}
	return &relayapi.Failure{Class: u.Class, Text: "reported after a restart", MayHaveSent: u.MayHaveSent}
}

// outcome is what an outbox keeps of the outcome of a job.
func outcome(job received, failure *relayapi.Failure, now time.Time) unsent {
	u := unsent{ID: job.ID, Lease: job.Lease, State: relayapi.StateSent, At: relayapi.Time{Time: now}}
	if failure != nil {
		u.State, u.Class, u.MayHaveSent = relayapi.StateFailed, failure.Class, failure.MayHaveSent
	}
	return u
}
