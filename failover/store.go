package failover

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// AttemptStore counts users' attempts. Implementations are safe for concurrent
// use, and package failovertest holds their tests.
//
// Keys are digests in hexadecimal, 64 characters long: they show neither phone
// nor template. Time is the store's own.
type AttemptStore interface {
	// Add counts one more attempt under key and returns the count, the new one
	// included: 1 for the first. It is atomic: of several calls at the same time
	// each gets a number of its own. The count is forgotten when window passes
	// without another Add.
	//
	// It returns when ctx ends, with an error that matches ctx.Err(); whether the
	// attempt then counts is left open.
	Add(ctx context.Context, key string, window time.Duration) (int, error)

	// Forget drops the count, so that the next Add returns 1. A key that is not
	// there is no error.
	Forget(ctx context.Context, key string) error
}

// keyer makes the keys under which a composer counts.
type keyer struct {
	composer string
	keyed    bool
	digests  sync.Pool
}

// digest is what it takes to make one key, kept for the next one.
type digest struct {
	mac            hash.Hash
	text, sum, key []byte
}

func newKeyer(composer string, secret provider.Secret) *keyer {
	k := &keyer{composer: composer, keyed: secret != ""}
	k.digests.New = func() any { return &digest{mac: hmac.New(sha256.New, []byte(secret))} }
	return k
}

// key digests the composer's name, the template and the phone. The composer's
// name keeps apart what composers in one store count.
func (k *keyer) key(phone provider.Phone, template string) string {
	d, _ := k.digests.Get().(*digest)
	defer k.digests.Put(d)
	d.text = d.text[:0]
	for _, part := range [...]string{k.composer, template, phone.CountryCode(), phone.National()} {
		d.text = strconv.AppendInt(d.text, int64(len(part)), 10) // no two lists of parts look the same
		d.text = append(d.text, ':')
		d.text = append(d.text, part...)
	}
	if k.keyed {
		d.mac.Reset()
		d.mac.Write(d.text)
		d.sum = d.mac.Sum(d.sum[:0])
	} else {
		sum := sha256.Sum256(d.text)
		d.sum = append(d.sum[:0], sum[:]...)
	}
	d.key = hex.AppendEncode(d.key[:0], d.sum)
	return string(d.key)
}
