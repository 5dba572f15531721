package adapter

import (
	"crypto/rand"
	"encoding/base32"
	"io"

	"github.com/cnsms/cnsms/provider"
)

const (
	// idBytes is how many random bytes make an id: 120 bits, which base 32 writes
	// without padding.
	idBytes  = 15
	idLength = 24
)

// NewID makes an id that does not repeat, for a service that gives none or wants
// one of the caller's: 24 characters out of A to Z and 2 to 7. With neither 0
// nor 1 among them, no phone number stands in an id by chance. A nil random is
// crypto/rand.Reader. The error is an *provider.Error that names the field Rand; see
// Call.NewID, which is for adapters.
func NewID(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var raw [idBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", &provider.Error{Op: provider.OpSend, Kind: provider.KindConfig, Text: "Rand: no random bytes", Err: err}
	}
	var id [idLength]byte
	base32.StdEncoding.Encode(id[:], raw[:])
	return string(id[:]), nil
}

// NewID makes an id or a nonce out of Config.Rand: 24 characters, as the function NewID
// does.
func (c *Call) NewID() (string, error) {
	id, err := NewID(c.client.settings().Rand)
	return id, c.Named(err)
}
