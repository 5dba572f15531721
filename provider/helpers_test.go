package provider_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

const (
	someNumber = "13800138000"
	someMasked = "138****8000"
)

// verbs are all that fmt passes on to a type, one that it does not know, and
// flags and widths.
var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%#x", "% x", "%d", "%+d", "%b", "%o", "%O", "%c", "%U",
	"%e", "%f", "%g", "%t", "%z", "%20s", "%-20v", "%.3s",
}

// plain can do nothing but send.
type plain struct{ name string }

func (p *plain) Name() string { return p.name }

func (p *plain) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: p.name, ID: m.Ref, To: m.To, At: time.Unix(0, 0)}, nil
}

// able has every ability and remembers what it was asked.
type able struct {
	plain
	failure error
	asked   []string
}

func newAble(name string) *able { return &able{plain: plain{name}} }

func (a *able) answer(what string) error {
	a.asked = append(a.asked, what)
	return a.failure
}

func (a *able) Verify(_ context.Context, r provider.Receipt, code string) error {
	return a.answer("verify " + r.ID + " " + code)
}

func (a *able) ReadBalance(context.Context) (provider.Balance, error) {
	if err := a.answer("balance"); err != nil {
		return provider.Balance{}, err
	}
	return provider.Balance{Provider: a.name, Amount: "12.50", Unit: provider.UnitYuan}, nil
}

func (a *able) ReadStatus(_ context.Context, r provider.Receipt) (provider.Status, error) {
	return provider.Status{State: provider.StateSent, Text: a.name}, a.answer("status " + r.ID)
}

func (a *able) SendBatch(_ context.Context, m provider.Message, to []provider.Phone) ([]provider.BatchResult, error) {
	results := make([]provider.BatchResult, len(to))
	for i, phone := range to {
		results[i] = provider.BatchResult{To: phone, Receipt: provider.Receipt{Provider: a.name, To: phone}}
	}
	return results, a.answer("batch " + m.Template)
}

func (a *able) PullReports(_ context.Context, kind provider.ReportKind, _ int) ([]provider.Report, error) {
	if err := a.answer("pull " + kind.String()); err != nil {
		return nil, err
	}
	return []provider.Report{{Provider: a.name, Kind: kind}}, nil
}

func (a *able) IssueCaptcha(context.Context) (provider.Captcha, error) {
	return provider.Captcha{Token: a.name}, a.answer("captcha")
}

func (a *able) SolveCaptcha(_ context.Context, token, _ string) (string, error) {
	return token, a.answer("solve")
}

func (a *able) ParseReports(*http.Request) ([]provider.Report, error) { return nil, nil }

func (a *able) AcknowledgeReports(http.ResponseWriter, error) {}

// wrapped is a wrapper as users write them: the name of what it wraps, and no
// ability of its own.
type wrapped struct{ inner provider.Provider }

func (w *wrapped) Name() string { return w.inner.Name() }

func (w *wrapped) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return w.inner.Send(ctx, m)
}

func (w *wrapped) Unwrap() provider.Provider { return w.inner }

// grouped is a composer in small.
type grouped struct {
	name    string
	members []provider.Provider
}

func group(name string, members ...provider.Provider) *grouped { return &grouped{name, members} }

func (g *grouped) Name() string { return g.name }

func (g *grouped) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, errors.New("not used here")
}

func (g *grouped) Providers() []provider.Provider { return g.members }

// uncomparable is a provider whose dynamic type Go cannot compare.
type uncomparable struct {
	plainValue
	settings map[string]string
}

type plainValue struct{ name string }

func (p plainValue) Name() string { return p.name }

func (p plainValue) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, nil
}

var (
	_ provider.Verifier      = (*able)(nil)
	_ provider.BalanceReader = (*able)(nil)
	_ provider.StatusReader  = (*able)(nil)
	_ provider.BatchSender   = (*able)(nil)
	_ provider.ReportPuller  = (*able)(nil)
	_ provider.CaptchaIssuer = (*able)(nil)
	_ provider.ReportParser  = (*able)(nil)
	_ provider.Wrapper       = (*wrapped)(nil)
	_ provider.Group         = (*grouped)(nil)
)

// tree is a composer as programs build it: a wrapped chain with wrapped members
// two levels down.
func tree(members ...provider.Provider) provider.Provider {
	inner := make([]provider.Provider, len(members))
	for i, member := range members {
		inner[i] = &wrapped{&wrapped{member}}
	}
	return &wrapped{group("composer", &plain{"relay"}, &wrapped{group("chain", inner...)})}
}

func receiptOf(name string) provider.Receipt {
	return provider.Receipt{Provider: name, ID: "77", To: provider.MustParsePhone(someNumber), Code: provider.CodeByProvider}
}

// logBoth logs one attribute with both handlers of the standard library.
func logBoth(t *testing.T, value any) (text, jsonLine string) {
	t.Helper()
	var textOut, jsonOut bytes.Buffer
	slog.New(slog.NewTextHandler(&textOut, nil)).InfoContext(t.Context(), "sent", "value", value)
	slog.New(slog.NewJSONHandler(&jsonOut, nil)).InfoContext(t.Context(), "sent", "value", value)
	return textOut.String(), jsonOut.String()
}

// requireHidden fails when out repeats a number that was given in.
func requireHidden(t *testing.T, out, in string) {
	t.Helper()
	if len(in) >= 7 {
		require.NotContains(t, out, in)
	}
	require.NotContains(t, out, "0013")
}

// takeFrom ranges over seq, breaks off after n, and returns how many it got.
func takeFrom[T any](seq iter.Seq[T], n int) (got int) {
	for range seq {
		got++
		if got == n {
			break
		}
	}
	return got
}

// failureOf is the *provider.Error of a failed call.
func failureOf(t *testing.T, err error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	return failure
}
