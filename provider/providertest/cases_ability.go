package providertest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func abilityCases() []testCase {
	return []testCase{
		{
			name: "abilities-behind-wrapper", essential: true, run: behindWrapper,
			rule: "what a provider can do besides sending is found behind a wrapper",
		},
		{
			name: "abilities-behind-group", essential: true, run: behindGroup,
			rule: "what a provider can do besides sending is found behind a composer",
		},
		{
			name: "composer-declares-nothing", essential: true, run: composerDeclaresNothing,
			rule: "a wrapper or composer declares no optional interface itself: it would answer for members that lack the ability",
		},
		{
			name: "verify", wire: true, run: verifies,
			rule: "a code that the service made is checked by the service: the right one passes however it is typed, a wrong one is KindCodeMismatch",
		},
		{
			name: "balance", run: readsBalance,
			rule: "a balance names its provider and is a decimal number as text",
		},
		{
			name: "status", run: readsStatus,
			rule: "the status of an accepted message is known; a message that the service does not know is StateUnknown, not an error; " +
				"of one without an id the error says that there is none",
		},
		{
			name: "batch", wire: true, run: sendsBatch,
			rule: "a batch needs fewer requests than phones and gives one result per phone, in order",
		},
	}
}

// ability is one optional interface.
type ability struct {
	name string
	// declared tells whether p itself has it, found whether p or something inside
	// it has.
	declared, found func(p provider.Provider) bool
}

var abilities = []ability{
	{"Verifier", declares[provider.Verifier], has[provider.Verifier]},
	{"BalanceReader", declares[provider.BalanceReader], has[provider.BalanceReader]},
	{"StatusReader", declares[provider.StatusReader], has[provider.StatusReader]},
	{"BatchSender", declares[provider.BatchSender], has[provider.BatchSender]},
	{"ReportPuller", declares[provider.ReportPuller], has[provider.ReportPuller]},
	{"ReportParser", declares[provider.ReportParser], has[provider.ReportParser]},
	{"CaptchaIssuer", declares[provider.CaptchaIssuer], has[provider.CaptchaIssuer]},
}

func declares[T any](p provider.Provider) bool {
	_, ok := p.(T)
	return ok
}

func has[T any](p provider.Provider) bool {
	_, ok := provider.As[T](p)
	return ok
}

// wrapper adds nothing to a provider.
type wrapper struct{ inner provider.Provider }

func (w wrapper) Name() string              { return w.inner.Name() }
func (w wrapper) Unwrap() provider.Provider { return w.inner }
func (w wrapper) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return w.inner.Send(ctx, m)
}

// group sends with its last member.
type group struct{ members []provider.Provider }

func (g group) Name() string                   { return "providertest-group" }
func (g group) Providers() []provider.Provider { return append([]provider.Provider(nil), g.members...) }

func (g group) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return g.members[len(g.members)-1].Send(ctx, m)
}

// bare is a provider that can do nothing but refuse.
type bare struct{}

func (bare) Name() string { return "providertest-bare" }
func (bare) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, &provider.Error{Provider: "providertest-bare", Op: provider.OpSend, Kind: provider.KindUnsupported}
}

func behindWrapper(c *check) {
	s := c.stage()
	p := c.provider(s)
	c.stillFound(s, p, wrapper{wrapper{p}})
}

func behindGroup(c *check) {
	s := c.stage()
	p := c.provider(s)
	c.stillFound(s, p, group{[]provider.Provider{bare{}, wrapper{p}}})
}

// stillFound checks that outer, which holds p, finds and routes what p can do.
func (c *check) stillFound(s *stage, p, outer provider.Provider) {
	c.Helper()
	for _, one := range abilities {
		if one.found(p) && !one.found(outer) {
			c.broken("%q has the ability %s, and it is not found from outside", p.Name(), one.name)
		}
	}
	before := c.h.Now()
	r := c.accepted(s, outer, c.message())
	c.complete(r, outer, c.h.Message.To, before)
	c.routed(outer, r)
}

func composerDeclaresNothing(c *check) {
	p := c.provider(c.stage())
	for outer := range provider.All(p) {
		_, isWrapper := outer.(provider.Wrapper)
		_, isGroup := outer.(provider.Group)
		if !isWrapper && !isGroup {
			continue
		}
		for _, one := range abilities {
			if one.declared(outer) {
				c.broken("the composer or wrapper %q (%T) declares %s itself", outer.Name(), outer, one.name)
			}
		}
	}
}

func verifies(c *check) {
	s := c.stage()
	p := c.provider(s)
	r := c.accepted(s, p, c.message())
	if r.Code == provider.CodeByCaller {
		c.Skip("the caller makes the codes")
	}
	if !has[provider.Verifier](p) {
		c.broken("receipts say that the provider made the code, and nobody can check it")
	}
	r = c.stored(r)
	texts := s.sim.Texts()
	if len(texts) != 1 {
		c.broken("the service took %d texts, want 1", len(texts))
	}
	code := texts[0].Code
	if err := provider.Verify(c.Context(), p, r, otherCode(code)); !errors.Is(err, provider.KindCodeMismatch) {
		c.broken("a wrong code: want KindCodeMismatch, got %v", err)
	}
	if err := provider.Verify(c.Context(), p, r, code); err != nil {
		c.broken("the right code was refused: %v", err)
	}
	c.verifiesAsTyped()
}

// verifiesAsTyped checks right codes as people paste and type them.
func (c *check) verifiesAsTyped() {
	c.Helper()
	for name, typed := range map[string]func(code string) string{
		"space behind": func(code string) string { return code + " " },
		"line end":     func(code string) string { return code + "\r\n" },
		"space inside": func(code string) string { return code[:2] + " " + code[2:] },
		"full width":   func(code string) string { return strings.Map(func(r rune) rune { return r - '0' + '０' }, code) },
		"marks":        func(code string) string { return "\u200b" + code + "\ufe0f" },
	} {
		s := c.stage()
		p := c.provider(s)
		r := c.accepted(s, p, c.message())
		if err := provider.Verify(c.Context(), p, r, typed(s.sim.Texts()[0].Code)); err != nil {
			c.broken("the right code, typed with a %s, was refused: %v", name, err)
		}
	}
}

// otherCode returns a code of the same length that differs from code.
func otherCode(code string) string {
	other := []byte(code)
	for i, digit := range other {
		other[i] = '0' + (digit-'0'+1)%10
	}
	return string(other)
}

// decimal is how amounts are written.
var decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func readsBalance(c *check) {
	s := c.stage()
	p := c.provider(s)
	balances, err := provider.ReadBalances(c.Context(), p)
	if !has[provider.BalanceReader](p) {
		if !errors.Is(err, errors.ErrUnsupported) {
			c.broken("nobody reads balances: want errors.ErrUnsupported, got %v", err)
		}
		c.Skip("the provider does not read its balance")
	}
	if err != nil {
		c.broken("the balance could not be read: %v%s", err, s.verdicts())
	}
	for _, b := range balances {
		if _, ok := provider.Find(p, b.Provider); !ok {
			c.broken("Balance.Provider is %q, which is nobody's name", b.Provider)
		}
		if !decimal.MatchString(b.Amount) {
			c.broken("Balance.Amount is %q, want a decimal number", b.Amount)
		}
	}
	if len(balances) == 0 {
		c.broken("no balance came back")
	}
}

func readsStatus(c *check) {
	s := c.stage()
	p := c.provider(s)
	if !has[provider.StatusReader](p) {
		c.Skip("the provider does not tell what became of a message")
	}
	r := c.stored(c.accepted(s, p, c.message()))
	status, err := provider.ReadStatus(c.Context(), p, r)
	if err != nil {
		c.broken("the status of an accepted message could not be read: %v%s", err, s.verdicts())
	}
	if status.State < provider.StateUnknown || status.State > provider.StateFailed {
		c.broken("Status.State is %v", status.State)
	}
	if status.State != provider.StateFailed && status.Kind != provider.KindUnknown {
		c.broken("Status.Kind is %q of a message that did not fail: State is %v", status.Kind, status.State)
	}
	c.hides(status, "the status")
	r.ID = "providertest-unknown-id"
	status, err = provider.ReadStatus(c.Context(), p, r)
	if err != nil || status.State != provider.StateUnknown {
		c.broken("a message that the service does not know: want StateUnknown and no error, got %v, %v", status.State, err)
	}
	if c.h.Service == nil {
		return
	}
	r.ID = ""
	if _, err := provider.ReadStatus(c.Context(), p, r); err == nil || !strings.Contains(err.Error(), "Receipt.ID") {
		c.broken("a receipt without an id: want an error that names Receipt.ID, got %v", err)
	}
}

const batchSize = 3

func sendsBatch(c *check) {
	if !has[provider.BatchSender](c.provider(c.stage())) {
		c.Skip("the provider does not send batches")
	}
	phones := make([]provider.Phone, batchSize)
	for i := range phones {
		phones[i] = numbered(c.h.Message.To, i)
	}
	c.sub("accepted", func(c *check) { batchAccepted(c, phones) })
	c.sub("lost", func(c *check) { batchLost(c, phones) })
	c.sub("bad-message", func(c *check) { batchBad(c, phones) })
}

func batchAccepted(c *check, phones []provider.Phone) {
	s := c.stage()
	p := c.provider(s)
	before := c.h.Now()
	results, err := provider.SendMany(c.Context(), p, c.message(), phones)
	if err != nil || len(results) != len(phones) {
		c.broken("a batch to %d phones gave %d results and the error %v%s", len(phones), len(results), err, s.verdicts())
	}
	seen := map[string]bool{}
	for i, result := range results {
		if result.Err != nil || result.To != phones[i] {
			c.broken("result %d is for %v, want %v; its error is %v", i, result.To, phones[i], result.Err)
		}
		c.complete(result.Receipt, p, phones[i], before)
		if seen[result.Receipt.ID] && !c.h.SharedBatchID {
			c.broken("two phones of a batch have receipts with the same id")
		}
		seen[result.Receipt.ID] = true
	}
	if got := s.sends.Load(); got >= int64(len(phones)) {
		c.broken("a batch to %d phones took %d requests", len(phones), got)
	}
}

func batchLost(c *check, phones []provider.Phone) {
	s := c.stage()
	c.inject(s, sim.Fault{Effect: sim.EffectResetAfter, Times: sim.Forever})
	results, err := provider.SendMany(c.Context(), c.provider(s), c.message(), phones)
	if err != nil || len(results) != len(phones) {
		c.broken("a batch whose reply was lost gave %d results and the error %v, want %d results", len(results), err, len(phones))
	}
	for i, result := range results {
		c.failed(result.Err, wanted{kind: provider.KindUnavailable, sent: maySent}, fmt.Sprintf("result %d of a batch whose reply was lost", i))
	}
}

func batchBad(c *check, phones []provider.Phone) {
	s := c.stage()
	p := c.provider(s)
	m := c.message()
	m.Template = unmappedTemplate
	_, err := provider.SendMany(c.Context(), p, m, phones)
	c.failed(err, wanted{kind: provider.KindTemplate, sent: notSent}, "a batch with a template that is not mapped")
	if results, err := provider.SendMany(c.Context(), p, c.message(), nil); err == nil {
		c.broken("a batch to nobody: want an error, got %d results", len(results))
	}
	c.requests(s, 0, "batches that cannot be tried")
}
