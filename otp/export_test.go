package otp

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Entries counts everything that the store holds.
func (s *MemoryStore) Entries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records) + len(s.index) + len(s.phones) + len(s.wrong) + len(s.due) + len(s.dues)
}

// Endless lists what has no entry in the agenda, and so no end.
func (s *MemoryStore) Endless() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	planned := map[string]bool{}
	for _, end := range s.ends {
		planned[fmt.Sprint(end.what, end.key)] = true
	}
	var endless []string
	check := func(what int, key string) {
		if !planned[fmt.Sprint(what, key)] {
			endless = append(endless, key)
		}
	}
	for id := range s.records {
		check(recordEnds, id)
	}
	for key := range s.index {
		check(entryEnds, key)
	}
	for phone := range s.wrong {
		check(wrongEnds, phone)
	}
	for _, ids := range s.phones { // they end with their records
		for id := range ids {
			check(recordEnds, id)
		}
	}
	for id := range s.due {
		check(recordEnds, id)
	}
	return endless
}

// Dump writes everything that the store holds.
func (s *MemoryStore) Dump() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%#v\n%#v\n%#v\n%#v\n%#v\n", s.records, s.index, s.phones, s.wrong, s.due)
	return b.String()
}

// mustKey is the key of a secret.
func mustKey(secret provider.Secret) key {
	k, err := newKey([]byte(secret), "")
	if err != nil {
		panic(err)
	}
	return k
}

// id is the nth id, made without randomness.
func id(n int) string { return fmt.Sprintf("%026d", n) }

// IDOf is the nth id.
var IDOf = id

// NewCodes returns what derives the code of the nth verification.
func NewCodes(secret provider.Secret) func(n, digits int) string {
	k := mustKey(secret)
	return func(n, digits int) string { return k.code(id(n), digits) }
}

// NewComparison returns what compares a typed code with the right one.
func NewComparison(secret provider.Secret, right string) func(typed string) bool {
	k := mustKey(secret)
	tag := k.tag(id(1), right)
	return func(typed string) bool { return same(k.tag(id(1), typed), tag) }
}

// TagOf returns the tag of a code.
func TagOf(secret provider.Secret, id, code string) string { return mustKey(secret).tag(id, code) }

// PlainTag is a tag that is made without a key.
func PlainTag(id, code string) string { return text(newDigester(nil).digest(id, code)) }

// NewHMAC returns what a code is made of.
func NewHMAC(secret provider.Secret) func(n int) {
	mac := hmac.New(sha256.New, []byte(secret))
	return func(n int) {
		mac.Reset()
		mac.Write([]byte(id(n)))
		mac.Sum(nil)
	}
}

// Text writes a digest as records have it.
func Text(sum []byte) string {
	if len(sum) < 16 {
		return ""
	}
	return text(sum)
}

// Turns counts the keys that requests wait for.
func Turns(s *Service) int {
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	return len(s.turns.taken)
}

// RefOf and ReadRef write and read the Ref of a text.
var (
	RefOf   = refOf
	ReadRef = readRef
)

// Seal encrypts a text.
func Seal(secret provider.Secret, about, plain string) string {
	sealed, err := mustKey(secret).sealJSON(plain, about)
	if err != nil {
		panic(err)
	}
	return sealed
}

// Unseal decrypts a text.
func Unseal(secret provider.Secret, about, sealed string) (plain string, err error) {
	err = mustKey(secret).openJSON(sealed, about, &plain)
	return plain, err
}

// DecodeBody and DecodeQuery read requests as a Handler does.
var (
	DecodeBody  = decodeBody
	DecodeQuery = decodeQuery
)

// OpenAPI is the document that a Handler serves.
var OpenAPI = openAPI

// Endpoints are the paths of a Handler with method, required and all members, sorted.
func Endpoints() map[string]string {
	all := map[string]string{}
	for path, e := range endpoints {
		all["/"+path] = fmt.Sprint(e.method, slices.Sorted(slices.Values(e.required)), slices.Sorted(slices.Values(slices.Concat(e.required, e.optional))))
	}
	return all
}

// SetBodyTime sets how long h waits for a body.
func SetBodyTime(h *Handler, d time.Duration) { h.bodyTime = d }
