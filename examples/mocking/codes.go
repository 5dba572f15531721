package main

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"sync"

	"github.com/cnsms/cnsms/provider"
)

// pendingCodes are the codes that users have been sent and have not yet typed. A
// user who asks again gets the same code again, so that it does not matter which
// text arrives. A real program drops a code after some minutes, and after a few
// wrong tries.
type pendingCodes struct {
	newCode func() (string, error)

	mu    sync.Mutex
	codes map[provider.Phone]string
}

// codeFor returns the code of that phone, and makes one if there is none.
func (p *pendingCodes) codeFor(phone provider.Phone) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if code, ok := p.codes[phone]; ok {
		return code, nil
	}
	code, err := p.newCode()
	if err != nil {
		return "", err
	}
	if p.codes == nil {
		p.codes = map[provider.Phone]string{}
	}
	p.codes[phone] = code
	return code, nil
}

// randomCode makes six digits.
func randomCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}
