package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Key is the same for two reports that say the same, as when a service repeats a
// push: the same provider, kind, phone, message, state and code, or text of a reply,
// and time. Ref, Extra and the words of the Status do not count. It is a hash of 64
// hexadecimal digits.
//
// Key is empty for a report that has neither an id nor a time: whether such a one is
// a repetition cannot be told.
func (r Report) Key() string {
	if r.ID == "" && r.At.IsZero() {
		return ""
	}
	at := ""
	if !r.At.IsZero() {
		at = r.At.UTC().Format(time.RFC3339Nano)
	}
	said := fmt.Sprintf("%q", []string{
		r.Provider, r.Kind.String(), r.Phone.E164(), r.ID, r.Status.State.String(), r.Status.Code, r.Reply, at,
	})
	hash := sha256.Sum256([]byte(said))
	return hex.EncodeToString(hash[:])
}
