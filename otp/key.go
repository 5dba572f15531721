package otp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/provider"
)

// MinKey is how many bytes a key has at least.
const MinKey = 32

// key makes all digests, codes and ciphertexts of one secret. Each purpose has a key of
// its own, derived from the secret, so that none of them says anything of another.
type key struct {
	id                 string
	codes, tags, index *digester
	seal               cipher.AEAD
}

// keyring holds the keys that a service knows; new records are made with the first.
// fmt does not look into functions, so that no verb prints a key.
type keyring func() []key

func newKeyring(secrets []provider.Secret, app string) (keyring, error) {
	keys := make([]key, len(secrets))
	for i, secret := range secrets {
		made, err := newKey([]byte(secret), app)
		if err != nil {
			return nil, err
		}
		keys[i] = made
	}
	return func() []key { return keys }, nil
}

func newKey(secret []byte, app string) (key, error) {
	master := newDigester(secret)
	derive := func(what string) []byte { return master.digest("cnsms otp", what, app) }
	block, err := aes.NewCipher(derive("seal"))
	if err != nil {
		return key{}, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, err
	}
	return key{
		id: text(derive("id"))[:8], seal: seal,
		codes: newDigester(derive("codes")), tags: newDigester(derive("tags")), index: newDigester(derive("index")),
	}, nil
}

func (k keyring) current() key { return k()[0] }

// named returns the key of that id.
func (k keyring) named(id string) (key, bool) {
	for _, each := range k() {
		if each.id == id {
			return each, true
		}
	}
	return key{}, false
}

// each returns what make makes with every key.
func (k keyring) each(make func(key) string) []string {
	var made []string
	for _, each := range k() {
		made = append(made, make(each))
	}
	return made
}

// digester makes HMACs with one key. It keeps what an HMAC begins with for the next one,
// which is half of the work for texts as short as these.
type digester struct{ pool sync.Pool }

func newDigester(secret []byte) *digester {
	return &digester{sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }}}
}

// digest is an HMAC over parts, of which no two lists look the same.
func (d *digester) digest(parts ...string) []byte {
	mac, _ := d.pool.Get().(hash.Hash)
	defer d.pool.Put(mac)
	mac.Reset()
	var room [128]byte
	joined := room[:0]
	for _, part := range parts {
		joined = strconv.AppendInt(joined, int64(len(part)), 10)
		joined = append(append(joined, ':'), part...)
	}
	mac.Write(joined)
	return mac.Sum(nil)
}

var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// text writes 128 bits of a digest, which are plenty, without a 0 or 1, so that no
// phone number stands in one by chance.
func text(sum []byte) string { return lower.EncodeToString(sum[:16]) }

// newID returns 128 random bits.
func newID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // it never fails
	return text(random[:])
}

func (k key) binding(purpose, binding string) string {
	return text(k.index.digest("binding", purpose, binding))
}

func (k key) phone(p provider.Phone) string { return text(k.index.digest("phone", p.E164())) }

func (k key) pending(purpose string, p provider.Phone, binding string) string {
	return text(k.index.digest("pending", purpose, p.E164(), binding))
}

func (k key) idempotency(purpose string, p provider.Phone, binding, idempotency string) string {
	return text(k.index.digest("idempotency", purpose, p.E164(), binding, idempotency))
}

func (k key) message(name, id string) string { return text(k.index.digest("message", name, id)) }

func (k key) tag(id, code string) string { return text(k.tags.digest(id, code)) }

// code derives the code of a verification: decimal digits out of 64 bits of an HMAC. Of
// two codes with 8 digits one is likelier than another by less than 10^-11.
func (k key) code(id string, digits int) string {
	modulus := uint64(1)
	for range digits {
		modulus *= 10
	}
	n := binary.BigEndian.Uint64(k.codes.digest(id)) % modulus
	code := strconv.FormatUint(n, 10)
	return strings.Repeat("0", digits-len(code)) + code
}

// sealJSON encrypts v. about binds the ciphertext to its place.
func (k key) sealJSON(v any, about string) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, k.seal.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return base64.RawStdEncoding.EncodeToString(k.seal.Seal(nonce, nonce, plain, []byte(about))), nil
}

// openJSON decrypts what sealJSON made. The error does not repeat what is inside.
func (k key) openJSON(sealed, about string, v any) error {
	data, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(data) < k.seal.NonceSize() {
		return errors.New("otp: the store returned a broken ciphertext")
	}
	nonce, rest := data[:k.seal.NonceSize()], data[k.seal.NonceSize():]
	plain, err := k.seal.Open(nil, nonce, rest, []byte(about))
	if err != nil {
		return fmt.Errorf("otp: the store returned a ciphertext that this key did not make: %w", err)
	}
	if json.Unmarshal(plain, v) != nil {
		return errors.New("otp: what was sealed is of another version")
	}
	return nil
}
