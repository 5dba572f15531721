package gateway

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"time"

	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Config sets up a [Gateway].
type Config struct {
	// Queue keeps the jobs. The gateway does not close it. Required.
	Queue Queue
	// Tokens are those whose holders may make requests. At least one.
	Tokens []Token
	// Quotas limit the jobs of one recipient, over all sites and lanes. nil means
	// [DefaultQuotas]; an empty slice means no limit.
	Quotas []Quota
	// Lease is how long a phone has to take a job before the gateway may offer it to
	// another phone. 0 means 10 seconds.
	Lease time.Duration
	// TakenFor is how long a phone that has taken a job has to report what became of it;
	// then the job is relayapi.StateUncertain. 0 means ten minutes, or ClearAfter when that
	// is shorter.
	TakenFor time.Duration
	// CoolFor is how long a phone that cannot send on a lane (relayapi.FailureLimit, NoService
	// or Config) is offered nothing there: twice as long each time running, up to ten
	// minutes. 0 means 30 seconds.
	CoolFor time.Duration
	// ClearAfter is how long after its deadline the text of a taken or sent job is
	// deleted; that of any other ended job is deleted at once. 0 means an hour.
	ClearAfter time.Duration
	// ForgetAfter is how long a job and its history are kept; at least as long as the
	// longest quota and relayapi.MaxTTL. 0 means 30 days.
	ForgetAfter time.Duration
	// Now is the clock. nil means time.Now.
	Now func() time.Time
	// Rand makes ids and leases. It need not be safe for concurrent use. nil means
	// crypto/rand.
	Rand io.Reader
	// Logger gets jobs and failures. nil means no log.
	Logger *slog.Logger
}

// Token is what a site, a phone or an operator identifies itself with.
type Token struct {
	// Name is the name of its holder: the site, the phone or the operator. A name may
	// have several tokens of one role, so that a new one can replace an old one without
	// a break.
	Name string
	// Role is what its holder may do.
	Role Role
	// Hash is what [HashToken] returns for the token.
	Hash string
}

// Role says what the holder of a token may do.
type Role int

// The roles.
const (
	// RoleSite submits, reads and cancels its own jobs.
	RoleSite Role = iota + 1
	// RolePhone pulls jobs and reports on them.
	RolePhone
	// RoleOperator reads and cancels every site's jobs.
	RoleOperator
)

// String returns site, phone or operator.
func (r Role) String() string {
	switch r {
	case RoleSite:
		return "site"
	case RolePhone:
		return "phone"
	case RoleOperator:
		return "operator"
	default:
		return fmt.Sprintf("Role(%d)", int(r))
	}
}

// HashToken returns the hash of a token for a configuration: SHA-256 as lower-case
// hex. Tokens are long and random, so they need no salt. For what no request can bring,
// such as a token with the line end of the file that it was read from, it returns
// nothing, which [Config.Validate] refuses.
func HashToken(token string) string {
	if !credential.IsClean(token) {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

const (
	defaultLease       = 10 * time.Second
	defaultTakenFor    = 10 * time.Minute
	defaultCoolFor     = 30 * time.Second
	defaultClearAfter  = time.Hour
	defaultForgetAfter = 30 * 24 * time.Hour
	longestLease       = time.Hour
)

// withDefaults returns the configuration with every zero field filled in.
func (c Config) withDefaults() Config {
	if c.Quotas == nil {
		c.Quotas = DefaultQuotas()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Lease = cmp.Or(c.Lease, defaultLease)
	c.ClearAfter = cmp.Or(c.ClearAfter, defaultClearAfter)
	c.TakenFor = cmp.Or(c.TakenFor, min(defaultTakenFor, c.ClearAfter))
	c.CoolFor = cmp.Or(c.CoolFor, defaultCoolFor)
	c.ForgetAfter = cmp.Or(c.ForgetAfter, defaultForgetAfter)
	c.Rand = cmp.Or(c.Rand, rand.Reader)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

// Validate reports every problem of the configuration, by field.
func (c Config) Validate() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if c.Queue == nil {
		add("Queue: must not be nil")
	}
	if len(c.Tokens) == 0 {
		add("Tokens: must not be empty")
	}
	seen := map[string]bool{}
	for i, token := range c.Tokens {
		for _, problem := range token.problems() {
			add("Tokens[%d].%s", i, problem)
		}
		if seen[token.Hash] {
			add("Tokens[%d].Hash: the list has this token twice", i)
		}
		seen[token.Hash] = true
	}
	for i, quota := range c.Quotas {
		if quota.Limit < 1 {
			add("Quotas[%d].Limit: must be at least 1", i)
		}
		if quota.Window <= 0 {
			add("Quotas[%d].Window: must be positive", i)
		}
	}
	if c.Lease < 0 || c.Lease > longestLease {
		add("Lease: must be between 0 and an hour")
	}
	if c.TakenFor < 0 {
		add("TakenFor: must not be negative")
	}
	if c.CoolFor < 0 {
		add("CoolFor: must not be negative")
	}
	if c.ClearAfter < 0 {
		add("ClearAfter: must not be negative")
	}
	full := c.withDefaults()
	if _, window := QuotaReach(full.Quotas); full.ForgetAfter < max(window, full.ClearAfter, relayapi.MaxTTL) {
		add("ForgetAfter: must not be shorter than the longest quota, ClearAfter or %v", relayapi.MaxTTL)
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("gateway: config: %w", err)
	}
	return nil
}

var (
	tokenName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	tokenHash = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (t Token) problems() []string {
	var problems []string
	if !tokenName.MatchString(t.Name) {
		problems = append(problems, `Name: want 1 to 64 letters, digits, ".", "_" or "-"`)
	}
	if t.Role < RoleSite || t.Role > RoleOperator {
		problems = append(problems, "Role: want RoleSite, RolePhone or RoleOperator")
	}
	switch {
	case t.Hash == "":
		problems = append(problems, "Hash: must not be empty, which is what HashToken returns for a token that "+credential.Problem)
	case !tokenHash.MatchString(t.Hash):
		problems = append(problems, "Hash: want what HashToken returns, 64 hexadecimal digits")
	case t.Hash == HashToken(""):
		problems = append(problems, "Hash: this is the hash of an empty token")
	}
	return problems
}
