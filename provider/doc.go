// Package provider is the contract between a Go program that sends text
// messages and the services that deliver them.
//
// A [Provider] sends one message to one phone. Adapters for real services live
// in packages of their own (ihuyi, tencent, relay and so on); composers that
// try several of them live in package failover and are Providers too.
//
// # Sending
//
// Code names a logical template and parameters by name. The operator, who
// configures the adapter, maps the logical name to the service's own template
// with [Templates]:
//
//	receipt, err := p.Send(ctx, provider.Message{
//		To:       phone,
//		Template: "login",
//		Params:   provider.Params{provider.ParamCode: "042137"},
//	})
//
// A nil error means that the service accepted the message. Every failure is an
// [*Error]: its Kind says what went wrong in one of a closed list of ways, and
// MayHaveSent says whether the text may be on its way all the same. Test for a
// kind with errors.Is, as in errors.Is(err, provider.KindBalance). A composer's
// error holds one [*Error] for each attempt; [Failures] yields them.
//
// # What a service can do besides
//
// Optional abilities are interfaces of their own. Ask for them through the
// front-door functions, which look through wrappers and composers and answer
// [errors.ErrUnsupported] where nobody has the ability:
//
//	interface         front door           what it buys
//	Verifier          Verify               checks a code that the service made
//	BalanceReader     ReadBalances         what is left on the account
//	StatusReader      ReadStatus           what became of one message
//	BatchSender       SendMany             one request for many phones
//	ReportPuller      PullReports          reports and replies, fetched
//	ReportParser      ReportHandler        reports and replies, pushed
//	CaptchaIssuer     As[CaptchaIssuer]    a captcha the service wants solved
//	CodeLimiter       CheckCode            which codes its service takes
//
// # What is never printed
//
// A [Phone] prints masked, a [Secret] prints as stars, and the values of
// [Params] do not print at all, whatever the verb. An [*Error] holds none of
// them. The same holds in JSON, because loggers write it: for a Phone, Params, a
// [Message], a [Report], and lists, maps and structs that hold one. Only what is
// meant to be stored has the full number in JSON: a [Receipt], a [StoredReport], a
// [StoredPhone].
//
// The package uses the standard library only.
package provider
