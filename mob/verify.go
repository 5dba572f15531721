package mob

import (
	"context"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Verify checks a code that Send had Mob make, which is read like
// provider.CleanCode reads it. Each call costs one of the three checks that Mob
// allows, except for a code that is not made of digits: it is wrong without asking.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	return p.check(ctx, checkPath, r, code)
}

// SDKVerifier checks codes that the SMSSDK of a phone's app has sent, through
// Mob's server check. It sends nothing: whoever drives the phone, such as a
// relay, writes the receipt, with Code set to provider.CodeByProvider and To to
// the phone that got the code. It is a provider.Verifier and safe for concurrent
// use.
type SDKVerifier struct {
	adapter.Identity
	account
}

var _ provider.Verifier = (*SDKVerifier)(nil)

// NewSDKVerifier returns a verifier for the application with Config.AppKey, or
// an error that names every faulty field. Config.Templates and Config.Rand are
// not used.
func NewSDKVerifier(cfg Config) (*SDKVerifier, error) {
	common := cfg.common()
	common.NoTemplates = true
	client, err := adapter.New(common)
	if err != nil {
		return &SDKVerifier{}, err
	}
	return &SDKVerifier{client.Identity("mob.SDKVerifier"), account{client, func() Config { return cfg }}}, nil
}

// Verify checks a code that an app's SMSSDK has sent to Receipt.To. The rest of
// the receipt may be another provider's, such as a relay's.
func (v *SDKVerifier) Verify(ctx context.Context, r provider.Receipt, code string) error {
	return v.check(ctx, verifyPath, r, code)
}

// check asks one of the two calls that check codes.
func (a account) check(ctx context.Context, path string, r provider.Receipt, code string) error {
	code = provider.CleanCode(code)
	call, err := a.client.NewVerify(r, code)
	if err != nil {
		return err
	}
	form := a.form("appkey", "", r.To)
	form.Add("code", code)
	return a.post(ctx, call, path, form)
}
