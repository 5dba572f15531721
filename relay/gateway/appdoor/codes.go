package appdoor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

// The app takes digits alone, so its codes are short. They live for minutes, and few may be
// guessed wrong.
const (
	codeDigits  = 8
	longestCode = time.Hour
	mostCodes   = 100
)

// NewCode makes a code of eight digits by which one phone registers, once: the user types it
// into the app at "By code". Only operators make codes.
//
// The invitation is that of gateway.NewRegistration, for a phone. Its Name is a wish: a name
// that somebody has or had gets a number behind it, so that no two installations of the app
// are ever one phone. Without one the phone is named after its model. For is an hour at most.
// A code ends with the door too: a restart ends it.
func (d *Door) NewCode(ctx context.Context, operator gateway.Principal, i gateway.Invitation) (code provider.Secret, err error) {
	if i.Role != 0 && i.Role != gateway.RolePhone {
		return "", &gateway.FieldError{Field: "role", Problem: "want RolePhone: only phones come in by this door"}
	}
	if i.For > longestCode {
		return "", &gateway.FieldError{Field: "for", Problem: fmt.Sprintf("want at most %v: the code is short", longestCode)}
	}
	if i.For == 0 {
		i.For = 15 * time.Minute
	}
	wish := i.Name
	if err := checkName(wish); err != nil {
		return "", err
	}
	i.Name = "" // a registration with a name would let a second phone have it
	secret, err := d.gateway.NewRegistration(ctx, operator, i)
	if err != nil {
		return "", err
	}
	return d.codes.add(invited{secret, wish, d.gateway.Now().Add(i.For)}, d.gateway.Now())
}

func checkName(name string) error {
	if name == "" {
		return nil
	}
	var wrong *gateway.FieldError
	err := gateway.Principal{Name: name, Role: gateway.RolePhone}.Validate()
	if errors.As(err, &wrong) && wrong.Field == "name" {
		return wrong
	}
	return nil
}

// invited is what a short code stands for: a registration code of the gateway.
type invited struct {
	secret provider.Secret
	name   string
	ends   time.Time
}

// codes are the short codes that have not been used.
type codes struct {
	mu     sync.Mutex
	byCode map[string]invited
}

func newCodes() *codes { return &codes{byCode: map[string]invited{}} }

func (c *codes) add(i invited, now time.Time) (provider.Secret, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for code, other := range c.byCode {
		if !now.Before(other.ends) {
			delete(c.byCode, code)
		}
	}
	if len(c.byCode) >= mostCodes {
		return "", &gateway.LimitError{Limit: mostCodes, Of: "codes at once", RetryAfter: time.Minute}
	}
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
		if err != nil {
			return "", err
		}
		code := fmt.Sprintf("%0*d", codeDigits, n)
		if _, ok := c.byCode[code]; !ok {
			c.byCode[code] = i
			return provider.Secret(code), nil
		}
	}
}

// take takes a code away, so that nobody else can use it.
func (c *codes) take(code string, now time.Time) (invited, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, ok := c.byCode[code]
	if !ok {
		return invited{}, false
	}
	delete(c.byCode, code)
	return i, now.Before(i.ends)
}

// putBack undoes take, for a registration that failed.
func (c *codes) putBack(code string, i invited) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byCode[code] = i
}

// typed is a code of which somebody may have typed the groups.
func typed(code string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(code)
}
