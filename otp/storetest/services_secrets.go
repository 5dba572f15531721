package storetest

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // What somebody who is careless would use.
	"crypto/sha1" //nolint:gosec // What somebody who is careless would use.
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/provider/fake"
)

// seekSecrets has services use the store, and looks for codes, numbers, bindings and the key in
// all that is in it: as they are, and by every digest that can be made without the key.
func seekSecrets(t *testing.T, h Harness) {
	t.Helper()
	if h.Dump == nil {
		t.Fatal("Harness: want Dump")
	}
	sms := &fake.Provider{}
	s := newService(t, h.Store, sms)
	var codes, ids []string
	for i := range 5 {
		req := start(typed)
		req.Binding, req.Key = fmt.Sprint(session, i), "a key"
		v, err := s.Start(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		codes, ids = append(codes, sms.CodeFor(phone)), append(ids, v.ID)
		_ = checkThere(t.Context(), t, s, v.ID, wrongFor(codes[i])) // a stranger: another binding
		asked := check(v.ID, wrongFor(codes[i]))
		asked.Binding = req.Binding
		if _, err := s.Check(t.Context(), asked); err == nil {
			t.Fatal("a wrong code is right")
		}
	}
	lookForSecrets(t, h.Dump(), ids, codes)
}

// writings are those of the number, the session and the key.
func writings() []string {
	return []string{
		phone.E164(), phone.National(), typed, "138-0013-8000", "１３８００１３８０００", session, string(key),
		base64.RawStdEncoding.EncodeToString([]byte(phone.National())), base64.RawStdEncoding.EncodeToString([]byte(phone.E164())),
		hex.EncodeToString([]byte(phone.National())), hex.EncodeToString([]byte(phone.E164())),
	}
}

// lookForSecrets fails the test when a dump shows one of the codes, or the number, session
// or key of the suite, in one of their writings, or as a digest of it that can be made without the key, with or without one
// of the ids. It tries all codes of six digits.
func lookForSecrets(t *testing.T, dump string, ids, codes []string) {
	t.Helper()
	plain := append(writings(), codes...)
	seek := newSeeker(dump, ids[0])
	if len(seek.digests) < 20 {
		t.Fatalf("a dump with %d digests shows nothing", len(seek.digests))
	}
	for _, secret := range plain {
		if strings.Contains(dump, secret) && !isPartOfTime(dump, secret) {
			t.Fatalf("the store shows %q", secret)
		}
	}
	for n := 0; n < 1_000_000; n += raceShare {
		if text := fmt.Sprintf("%06d", n); seek.finds(text) {
			t.Fatalf("a digest without the key shows %s", text)
		}
	}
	for _, secret := range plain {
		if seek.finds(secret) {
			t.Fatalf("a digest without the key shows %s", secret)
		}
	}
}

// isPartOfTime reports whether digits are in the dump only as a part of longer numbers, as a
// code can be by chance.
func isPartOfTime(dump, digits string) bool {
	if regexp.MustCompile(`\D`).MatchString(digits) {
		return false
	}
	return !regexp.MustCompile(`(^|\D)` + digits + `(\D|$)`).MatchString(dump)
}

// seeker looks for digests in a dump. It knows one by its first 128 bits.
type seeker struct {
	digests map[[16]byte]bool
	id      string
	mac     hash.Hash
}

// newSeeker reads each word of a dump as a digest in each of the usual writings.
func newSeeker(dump, id string) seeker {
	s := seeker{digests: map[[16]byte]bool{}, id: id, mac: hmac.New(sha256.New, []byte(id))}
	for _, word := range regexp.MustCompile(`[A-Za-z0-9+/_-]+`).FindAllString(dump, -1) {
		for _, read := range []func(string) ([]byte, error){
			hex.DecodeString, base64.RawStdEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
			func(word string) ([]byte, error) {
				return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(word))
			},
		} {
			if sum, err := read(word); err == nil && len(sum) >= 16 {
				s.digests[[16]byte(sum)] = true
			}
		}
	}
	return s
}

func (s seeker) finds(secret string) bool {
	for _, text := range []string{secret, s.id + secret, s.id + ":" + secret, phone.E164() + secret} {
		md, sha, sha2 := md5.Sum([]byte(text)), sha1.Sum([]byte(text)), sha256.Sum256([]byte(text)) //nolint:gosec // As above.
		if s.digests[md] || s.digests[[16]byte(sha[:])] || s.digests[[16]byte(sha2[:])] {
			return true
		}
	}
	s.mac.Reset()
	s.mac.Write([]byte(secret))
	return s.digests[[16]byte(s.mac.Sum(nil))]
}
