// Package fake holds providers for the unit tests of programs that send texts.
// They send nothing, record every message, and answer as a test scripts them:
//
//	sms := &fake.Provider{}
//	signUp(ctx, sms, phone) // the code under test
//	sms.ExpectSent(t, phone, "sign-up")
//
// # Abilities
//
// A [Provider] can send and nothing else, as most providers. For each optional
// interface of package provider there is a type of the same name that can do that
// one thing more: [Verifier], [BalanceReader], [StatusReader], [BatchSender],
// [ReportPuller], [ReportParser] and [CaptchaIssuer]. Each embeds a Provider, so
// it records and is scripted in the same way, and each is found by the functions
// of package provider, such as provider.Verify and provider.SendMany.
//
// A test that wants several abilities in one provider embeds one fake and the
// interfaces of the others:
//
//	type tencentLike struct {
//		*fake.BatchSender
//		provider.StatusReader // a *fake.StatusReader
//	}
//
// Give all of them the same ProviderName.
//
// # Failures
//
// [Provider.Script] says how sends end. The fields whose names end in Err say how
// the other calls fail. Set a field before the fake is in use.
//
// The zero value of each type is ready. Do not copy a fake after its first use.
// All fakes are safe for concurrent use. The package uses the standard library
// and package provider.
package fake
