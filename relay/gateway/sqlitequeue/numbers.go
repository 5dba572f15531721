package sqlitequeue

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// numberKey makes the digests that stand in the file in place of numbers that are no
// longer needed. It stands in a file of its own beside the database, so that a copy of the
// database alone gives no number away: there are so few numbers that whoever has the key
// finds each by trying all.
type numberKey [sha256.Size]byte

// digestMark begins a digest. No number begins with it.
const digestMark = "#"

// openKey reads the key beside a database, or makes it.
func openKey(path string) (numberKey, error) {
	var key numberKey
	name := filepath.Clean(path + "-key")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(name)
	}
	if err != nil {
		return key, err
	}
	if len(text) != len(key) {
		return key, fmt.Errorf("%s has %d bytes and not %d: put it back from a copy, or remove it to begin a new key", name, len(text), len(key))
	}
	return numberKey(text), nil
}

// makeKey writes a new key under another name first, so that no crash leaves half of one.
func makeKey(name string) (numberKey, error) {
	var key numberKey
	if _, err := rand.Read(key[:]); err != nil {
		return key, err
	}
	half := filepath.Clean(name + "-new")
	file, err := os.OpenFile(half, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return key, err
	}
	_, err = file.Write(key[:])
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return key, err
	}
	return key, os.Rename(half, name)
}

// digest returns what stands for a value in the file. It is the same for the same value,
// and nothing for nothing.
func (k numberKey) digest(value string) string {
	if value == "" {
		return ""
	}
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(value))
	return digestMark + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// isDigest reports whether a column has a digest in place of its value.
func isDigest(column string) bool { return len(column) > 0 && column[:1] == digestMark }

// shown is the number that a job is returned with: none once only a digest is left.
func shown(column string) relayapi.Number {
	if isDigest(column) {
		return ""
	}
	return relayapi.Number(column)
}

const hideNumber = `UPDATE jobs SET recipient = ?, content = ?, version = version + 1 WHERE seq = ?`

// hideNumbers replaces the numbers of ended jobs whose time has come by digests, and the
// digests of their contents, which anybody could make, by keyed ones. It goes on where it
// stopped. A job that a phone may still send, long after every time that it had, keeps its
// number.
func (s *session) hideNumbers(sweep gateway.Sweep, room int) int {
	from := s.meta(metaHidden)
	done, looked := from, 0
	for _, p := range s.places(from, lastSeq, room) {
		if !sweep.Hides(p.created) {
			break
		}
		s.hide(p)
		done, looked = p.seq, looked+1
	}
	if done > from {
		s.setMeta(metaHidden, done)
	}
	return looked
}

// hide hides a job's number, if the job has ended and has one.
func (s *session) hide(p place) int {
	if !p.ended || p.recipient == "" || isDigest(p.recipient) {
		return 0
	}
	return s.exec(hideNumber, s.key.digest(p.recipient), s.key.digest(p.content), p.seq)
}
