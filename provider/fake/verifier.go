package fake

import (
	"context"
	"crypto/subtle"

	"github.com/cnsms/cnsms/provider"
)

// Verifier is a [Provider] that makes its own codes, as Mob and Bmob do, and
// checks them. The codes are 100001, 100002, and so on; CodeFor returns the last
// one of a phone. A code can be used once.
//
// Where Templates is set, a message whose template has a Text or Params carries
// the caller's values, and the caller checks its code. A template with neither
// gets a code of the Verifier's.
type Verifier struct {
	Provider
	// VerifyErr is what Verify fails with, or nil.
	VerifyErr error
}

var (
	_ provider.Verifier  = (*Verifier)(nil)
	_ provider.CodeMaker = (*Verifier)(nil)
)

// Send records m and answers as scripted. The receipt says who made the code.
func (v *Verifier) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return v.send(ctx, Attempt{Message: m}, provider.CodeByProvider)
}

// CodeTemplates lists the templates with a code of the Verifier's: those with neither a
// Text nor Params, or any where Templates is not set.
func (v *Verifier) CodeTemplates() []string { return v.codeTemplates(provider.CodeByProvider) }

// Verify checks the code of the receipt's message, as provider.CleanCode reads it.
func (v *Verifier) Verify(ctx context.Context, r provider.Receipt, code string) error {
	if err := v.unanswered(ctx, provider.OpVerify, v.VerifyErr); err != nil {
		return err
	}
	failure := &provider.Error{Provider: v.Name(), Op: provider.OpVerify}
	if r.Code != provider.CodeByProvider {
		failure.Kind, failure.Text = provider.KindUnsupported, "Receipt.Code: the caller made this code; the caller checks it"
		return failure
	}
	record := v.record()
	record.mu.Lock()
	defer record.mu.Unlock()
	made, ok := record.made[r.ID]
	if !ok {
		failure.Kind, failure.Text = provider.KindCodeExpired, "this receipt has no code, or the code was used"
		return failure
	}
	if subtle.ConstantTimeCompare([]byte(made), []byte(provider.CleanCode(code))) != 1 {
		failure.Kind = provider.KindCodeMismatch
		return failure
	}
	delete(record.made, r.ID)
	return nil
}
