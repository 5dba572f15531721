package providertest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Harness tells the suite how to build the provider under test and the service
// that it talks to. New and Message are required. The functions are called
// concurrently.
type Harness struct {
	// Service returns a fresh simulator of the service, with every limit switched
	// off that a hundred texts to a hundred phones would run into, and without a list
	// of templates: the suite sends some of its own. Nil for a
	// provider that makes no HTTP request: the cases that need one are skipped.
	Service func(tb testing.TB) sim.Service

	// New returns a fresh provider that talks to e. It takes over every field of
	// e. For a composer it builds the composer around adapters that all talk to e.
	New func(e Endpoint) (provider.Provider, error)

	// Message is a valid message that the service accepts, with the parameter
	// "code" unless the service makes its own codes.
	Message provider.Message

	// Templates are handed to New through Endpoint.Templates. With none, the cases
	// about templates that change after New are not run.
	Templates provider.Templates

	// MissingParam is the parameter of Message that is left out to see what
	// happens. Default: "code".
	MissingParam string

	// Foreign is a number outside mainland China that the service accepts in the
	// place of Message.To. The zero Phone says that the provider does not send
	// abroad, and the suite expects KindUnsupported before any request.
	Foreign provider.Phone

	// Secrets are the credentials that the provider was built with. They must show
	// up nowhere. Each has six characters or more.
	Secrets []string

	// Members is how many adapters a composer may ask in one send. Default: 1.
	Members int

	// SharedBatchID says that the service gives one id to all phones of a batch.
	// Otherwise each receipt of a batch has an id of its own.
	SharedBatchID bool

	// CountsAsSend reports whether a request sends a text; a provider may need
	// others besides, such as one that cancels. Default: every request does.
	CountsAsSend func(r *http.Request) bool

	// Now is the clock of the simulator and, through Endpoint.Now, of the provider.
	// Default: a clock that stands still, which shows a provider that reads the
	// real one. Set time.Now for an SDK that cannot be given a clock.
	Now func() time.Time

	// Skip maps names of cases that the service cannot satisfy to the reasons,
	// which are printed.
	Skip map[string]string

	// asksBesides says that the provider may make one request more, which sends
	// nothing.
	asksBesides bool

	// patience is how long a send may take that should have ended.
	patience time.Duration
}

// Endpoint is what a provider under test is built with. The names are those of
// an adapter's Config.
type Endpoint struct {
	// BaseURL is where the service listens. Empty when there is no Service.
	BaseURL string
	// HTTPClient is the client to use, or nil for the provider's own.
	HTTPClient *http.Client
	// Timeout bounds one exchange; 0 is the provider's default.
	Timeout time.Duration
	// Now is the clock.
	Now func() time.Time
	// Rand is where ids and nonces come from, or nil for the provider's own source.
	// In Golden it has nothing but zeros.
	Rand io.Reader
	// Templates is a copy of Harness.Templates. The suite changes it after New.
	Templates provider.Templates
}

// Reply is an answer on the wire.
type Reply struct {
	// Status is the HTTP status; 0 means 200.
	Status int
	// ContentType is the header's value.
	ContentType string
	// Body is the answer.
	Body []byte
}

// standingStill is the default clock. It is in the past, with nanoseconds, so
// that a receipt stamped by another clock or cut to seconds shows.
func standingStill() time.Time {
	return time.Date(2025, time.March, 14, 1, 59, 26, 535_897_932, time.UTC)
}

const (
	defaultPatience = 10 * time.Second
	// unmappedTemplate is a template name that no harness maps.
	unmappedTemplate = "providertest-unmapped"
	// surplusParam is a parameter that no template knows.
	surplusParam = "providertest-surplus"
	// shortestSecret keeps the search for secrets from finding ordinary words.
	shortestSecret = 6
)

// complete fills in the defaults and reports everything that is wrong with h.
func (h Harness) complete() (Harness, error) {
	if h.MissingParam == "" {
		h.MissingParam = provider.ParamCode
	}
	if h.Members == 0 {
		h.Members = 1
	}
	h.asksBesides = h.CountsAsSend != nil
	if h.CountsAsSend == nil {
		h.CountsAsSend = func(*http.Request) bool { return true }
	}
	if h.Now == nil {
		h.Now = standingStill
	}
	if h.patience == 0 {
		h.patience = defaultPatience
	}
	return h, h.validate()
}

func (h Harness) validate() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if h.New == nil {
		complain("Harness.New: must not be nil")
	}
	if err := h.Message.Validate(); err != nil {
		complain("Harness.Message: %w", err)
	}
	if h.Members < 0 {
		complain("Harness.Members: must not be negative")
	}
	if h.Foreign.IsMainland() {
		complain("Harness.Foreign: want a number outside mainland China")
	}
	for i, secret := range h.Secrets {
		if len(secret) < shortestSecret {
			complain("Harness.Secrets[%d]: want %d characters or more, or ordinary words will be taken for it", i, shortestSecret)
		}
	}
	problems = append(problems, h.validateSkip()...)
	return errors.Join(problems...)
}

func (h Harness) validateSkip() []error {
	var problems []error
	for name, reason := range h.Skip {
		c, ok := findCase(name)
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("Harness.Skip: no case is called %q", name))
		case c.essential:
			problems = append(problems, fmt.Errorf("Harness.Skip: %q guards what makes a provider safe to use and cannot be skipped", name))
		case strings.TrimSpace(reason) == "":
			problems = append(problems, fmt.Errorf("Harness.Skip[%q]: want a reason", name))
		}
	}
	return problems
}
