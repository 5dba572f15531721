package provider

import "context"

// Verifier checks codes that the service itself made.
type Verifier interface {
	// Verify returns nil when code is the one that was sent with the receipt's
	// message. The error is of KindCodeMismatch when the code is wrong, and of
	// KindCodeExpired when it is too old, was used, or was tried too often. Each
	// call may use up one of the few tries that the service allows.
	Verify(ctx context.Context, r Receipt, code string) error
}

// Verify checks a code with the provider that the receipt names, wherever it
// sits inside p. The code is read as [CleanCode] reads it: a space or a full-width
// digit makes no right code wrong. A receipt that says CodeByCaller is refused with an error that
// matches [errors.ErrUnsupported]: only the caller knows that code.
func Verify(ctx context.Context, p Provider, r Receipt, code string) error {
	if r.Code != CodeByProvider {
		return unsupported(r.Provider, OpVerify, "the caller made this code; the caller checks it")
	}
	verifier, err := ability[Verifier](p, r.Provider, OpVerify, "does not check codes")
	if err != nil {
		return err
	}
	return verifier.Verify(ctx, r, CleanCode(code))
}
