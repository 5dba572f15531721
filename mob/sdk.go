package mob

import (
	"context"
	"fmt"
	"net/url"

	"github.com/cnsms/cnsms/provider"
)

// SDKVerifier checks codes that the SMSSDK of a phone's app has sent, through
// Mob's server check. It sends nothing: whoever drives the phone, such as a
// relay, writes the receipt, with Code set to provider.CodeByProvider and To to
// the phone that got the code. It is a provider.Verifier and safe for concurrent
// use.
type SDKVerifier struct {
	account
	verifyURL *url.URL
}

var _ provider.Verifier = (*SDKVerifier)(nil)

// NewSDKVerifier returns a verifier for the application with Config.AppKey, or
// an error that names every faulty field. Config.Templates and Config.Rand are
// not used.
func NewSDKVerifier(cfg Config) (*SDKVerifier, error) {
	if err := configError(cfg.validateAccount()); err != nil {
		return nil, err
	}
	a, err := newAccount(cfg)
	if err != nil {
		return nil, err
	}
	return &SDKVerifier{account: a, verifyURL: a.client.URL(verifyPath, "")}, nil
}

// Format prints the name only, whatever the verb.
func (v *SDKVerifier) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mob.SDKVerifier(%s)", v.cfg.Name)
}

// Verify checks a code that an app's SMSSDK has sent to Receipt.To. The rest of
// the receipt may be another provider's, such as a relay's.
func (v *SDKVerifier) Verify(ctx context.Context, r provider.Receipt, code string) error {
	return v.verify(ctx, v.verifyURL, r, code)
}
