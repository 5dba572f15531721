package otp

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// Service verifies phone numbers. It is safe for concurrent use, and so are any number
// of services with one store and one key. Only Run starts goroutines, and it ends them.
type Service struct {
	config func() Config // fmt does not look into functions
	keys   keyring
	store  Store
	guard  Guard
	steers bool // a composer inside knows a free way from a paid one
	test   func(provider.Phone) (TestNumber, bool)
	noCode map[string]bool // templates that carry no code of ours
	others map[string]bool // templates that carry a code of somebody else's on some way
	turns  turns
}

// New makes a service. The error names every problem of cfg at once.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	keys, err := newKeyring(append([]provider.Secret{cfg.Key}, cfg.OldKeys...), cfg.App)
	if err != nil {
		return nil, err
	}
	s := &Service{
		config: func() Config { return cfg }, keys: keys, store: cfg.Store, guard: cfg.Guard, steers: steers(cfg.Sender),
		test: cfg.testNumbers(), noCode: map[string]bool{}, others: map[string]bool{},
	}
	for _, policy := range cfg.Purposes {
		makers, others := whoMakes(cfg.Sender, policy.Template)
		s.noCode[policy.Template], s.others[policy.Template] = makers > 0 && others == 0, makers > 0
	}
	if s.store == nil {
		if s.store, err = NewMemoryStore(MemoryStoreConfig{Now: cfg.Now}); err != nil {
			return nil, err
		}
	}
	if s.guard == nil {
		if s.guard, err = ownGuard(cfg); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// steers reports whether a composer inside p has a free way for Message.FreeOnly.
func steers(p provider.Provider) bool {
	for inside := range provider.All(p) {
		if c, ok := inside.(*failover.Composer); ok && c.HasFreeWay() {
			return true
		}
	}
	return false
}

// whoMakes counts those inside p that make the codes of that template, and the others.
func whoMakes(p provider.Provider, template string) (makers, others int) {
	for inside := range provider.All(p) {
		switch inside.(type) {
		case provider.Wrapper, provider.Group:
			continue
		}
		if provider.MakesCode(inside, template) {
			makers++
		} else {
			others++
		}
	}
	return makers, others
}

// Verification is what a page needs to know of a verification. It holds no secret: only
// together with the binding is the ID worth anything.
type Verification struct {
	// ID names the verification.
	ID string
	// Purpose is its purpose.
	Purpose string
	// Phone is the number; it prints masked. It is zero where nothing but the ID is known.
	Phone provider.Phone
	// State is how far it has come.
	State State
	// Sent is true when this call gave a text to a service. It is false where a text was on
	// its way already, as after a double click.
	Sent bool
	// Sends is how many texts were asked for, SendsLeft how many more there may be.
	Sends, SendsLeft int
	// Delivered is true when a report said that a text has arrived.
	Delivered bool
	// Digits is how many digits the code has.
	Digits int
	// TriesLeft is how many codes may still be tried.
	TriesLeft int
	// ResendAfter is how long it is until the next text may be asked for; ExpiresIn
	// is how long the code is still good.
	ResendAfter, ExpiresIn time.Duration
	// Test is true for a test number.
	Test bool
}

func view(r Record, now Time) Verification {
	v := Verification{
		ID: r.ID, Purpose: r.Purpose, State: r.AsOf(now), Sends: len(r.Sends), SendsLeft: r.sendsLeft(),
		Delivered: r.Delivered(), Digits: r.Digits, TriesLeft: r.MaxTries - r.Tries, Test: r.Test,
		ResendAfter: now.Until(r.ResendAt()), ExpiresIn: now.Until(r.Expires),
	}
	if !r.Open(now) {
		v.TriesLeft, v.SendsLeft, v.ResendAfter, v.ExpiresIn = 0, 0, 0, 0
	}
	return v
}

// MarshalJSON writes what a page needs: the number masked, waits in whole seconds, rounded
// up.
func (v Verification) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID          string         `json:"id"`
		Purpose     string         `json:"purpose"`
		Phone       provider.Phone `json:"phone"`
		State       State          `json:"state"`
		Sent        bool           `json:"sent"`
		Delivered   bool           `json:"delivered"`
		Sends       int            `json:"sends"`
		SendsLeft   int            `json:"sends_left"`
		Digits      int            `json:"digits"`
		TriesLeft   int            `json:"tries_left"`
		ResendAfter int            `json:"resend_after"`
		ExpiresIn   int            `json:"expires_in"`
	}{
		v.ID, v.Purpose, v.Phone, v.State, v.Sent, v.Delivered, v.Sends, v.SendsLeft, v.Digits, v.TriesLeft,
		seconds(v.ResendAfter), seconds(v.ExpiresIn),
	})
}

// LogValue logs the verification with a masked phone.
func (v Verification) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", v.ID), slog.String("purpose", v.Purpose), slog.String("phone", v.Phone.String()),
		slog.String("state", string(v.State)), slog.Int("sends", v.Sends),
	)
}

// limited bounds a call of the store or the guard.
func (s *Service) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.config().StoreTimeout)
}

// proofs are what a holder shows for a record, with every key.
func (s *Service) proofs(purpose, binding string, phone provider.Phone, id, code string) []Proof {
	var proofs []Proof
	for _, key := range s.keys() {
		proof := Proof{KeyID: key.id, Binding: key.binding(purpose, binding)}
		if !phone.IsZero() {
			proof.Phone = key.phone(phone)
		}
		if code != "" {
			proof.Tag = key.tag(id, code)
		}
		proofs = append(proofs, proof)
	}
	return proofs
}
