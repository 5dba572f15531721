package gateway

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Config sets up a [Gateway].
type Config struct {
	// Queue keeps the jobs. The gateway does not close it. Required.
	Queue Queue
	// Tokens are those whose holders may make requests, for as long as the gateway runs. At
	// least one, unless there are Principals.
	Tokens []Token
	// Principals keep further holders of tokens, which come and go while the gateway runs.
	// nil means none. The gateway does not close it.
	Principals Principals
	// Quotas limit the jobs of one recipient, over all sites and lanes. nil means
	// [DefaultQuotas]; an empty slice means no limit.
	Quotas []Quota
	// Budgets limit what is sent through each phone, SIM and lane. nil means
	// [DefaultBudgets]; the zero Budgets mean no limit.
	Budgets *Budgets
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
	// longest quota, and as relayapi.MaxTTL and TakenFor together. 0 means 30 days.
	ForgetAfter time.Duration
	// Now is the clock. nil means one that begins with the machine's time and counts what
	// passes, so that nobody who sets the machine's clock makes a lease longer or shorter.
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
	// Lanes, Countries and Limits are what its holder was given, as a [Principal] has them:
	// by default relayapi.DefaultLane and mainland China alone.
	Lanes, Countries []string
	Limits           Limits
}

// principal returns the holder of a token.
func (t Token) principal() Principal {
	hash, _ := ParseHash(t.Hash) // problems has checked it
	return Principal{Name: t.Name, Role: t.Role, Lanes: t.Lanes, Countries: t.Countries, Limits: t.Limits, Token: hash}
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
	if c.Budgets == nil {
		budgets := DefaultBudgets()
		c.Budgets = &budgets
	}
	if c.Now == nil {
		c.Now = monotonic(time.Now)
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
	if len(c.Tokens) == 0 && c.Principals == nil {
		add("Tokens: must not be empty without Principals")
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
	for _, problem := range c.Budgets.problems() {
		add("Budgets.%s", problem)
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
	if _, window := QuotaReach(full.Quotas); full.ForgetAfter < max(window, full.ClearAfter, relayapi.MaxTTL+full.TakenFor) {
		add("ForgetAfter: must not be shorter than the longest quota, ClearAfter or TakenFor and %v", relayapi.MaxTTL)
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("gateway: config: %w", err)
	}
	return nil
}

var tokenHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (t Token) problems() []string {
	var problems []string
	for _, problem := range t.principal().problems() {
		name := strings.ToUpper(problem.field[:1]) + problem.field[1:]
		problems = append(problems, name+": "+problem.text)
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
