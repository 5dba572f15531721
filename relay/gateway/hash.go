package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"

	"github.com/cnsms/cnsms/internal/credential"
)

// Hash is the SHA-256 of a token or of a registration code: what is stored of it. It
// prints as its first digits, which are enough to tell tokens apart.
type Hash [sha256.Size]byte

// ParseHash reads what [HashToken] returns, or what Hex does.
func ParseHash(text string) (Hash, error) {
	var h Hash
	if n, err := hex.Decode(h[:], []byte(text[:min(len(text), 2*len(h))])); err != nil || n != len(h) || len(text) != 2*len(h) {
		return Hash{}, invalid("hash", "want what HashToken returns, 64 hexadecimal digits")
	}
	return h, nil
}

// hashOf hashes a token. Tokens are long and random, so they need no salt.
func hashOf(token string) Hash { return sha256.Sum256([]byte(token)) }

// HashToken returns the hash of a token for a configuration: SHA-256 as lower-case
// hex. Tokens are long and random, so they need no salt. For what no request can bring,
// such as a token with the line end of the file that it was read from, it returns
// nothing, which [Config.Validate] refuses.
func HashToken(token string) string {
	if !credential.IsClean(token) {
		return ""
	}
	return hashOf(token).Hex()
}

// IsZero reports whether h is the hash of nothing at all.
func (h Hash) IsZero() bool { return h == Hash{} }

// Hex returns the whole hash, as [ParseHash] reads it.
func (h Hash) Hex() string { return hex.EncodeToString(h[:]) }

// String returns the first digits.
func (h Hash) String() string {
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("%x…", h[:4])
}

// Format prints the first digits for every verb.
func (h Hash) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// LogValue gives loggers the first digits.
func (h Hash) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalText writes the first digits, because loggers write JSON. To store a hash, store
// its bytes or Hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }
