package provider

import "context"

// Verifier checks codes that the service itself made.
type Verifier interface {
	// Verify returns nil when code is the one that was sent with the receipt's
	// message. A wrong code is an error of KindCodeMismatch, one that is too
	// late, used up or tried too often of KindCodeExpired. Each call may cost
	// one of the few tries that the service allows.
	Verify(ctx context.Context, r Receipt, code string) error
}

// Verify checks a code with the provider that the receipt names, wherever it
// sits inside p. A receipt that says CodeByCaller is refused with an error that
// matches errors.ErrUnsupported: only the caller knows that code.
func Verify(ctx context.Context, p Provider, r Receipt, code string) error {
	if r.Code != CodeByProvider {
		return unsupported(r.Provider, OpVerify, "the caller made this code; the caller checks it")
	}
	verifier, err := ability[Verifier](p, r.Provider, OpVerify, "does not check codes")
	if err != nil {
		return err
	}
	return verifier.Verify(ctx, r, code)
}
