package otp_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

func TestExportAndEraseOfOneNumber(t *testing.T) {
	t.Parallel()
	var heard events
	c := newClock()
	store := newStore(t, c)
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.OnEvent = store, heard.hook })
	v := started(t, s)
	_, err := s.Check(t.Context(), check(v.ID, wrongFor(sms.CodeFor(phone))))
	require.Error(t, err)
	req := start()
	req.Phone = "13900139000"
	_, err = s.Start(t.Context(), req)
	require.NoError(t, err)

	all, err := s.ExportPhone(t.Context(), "+86 138 0013 8000")
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, v.ID, all[0].Verification.ID)
	require.Equal(t, "fake", all[0].Texts[0].Provider)
	require.Equal(t, otp.Accepted, all[0].Texts[0].Outcome)
	data, err := json.Marshal(all)
	require.NoError(t, err)
	require.NotContains(t, string(data), sms.CodeFor(phone))
	require.Contains(t, string(data), `"texts":[{"at":`)

	n, err := s.ErasePhone(t.Context(), typed)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NotContains(t, store.Dump(), v.ID)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.ErrorIs(t, err, otp.WrongCode)
	n, err = s.ErasePhone(t.Context(), "13900139000")
	require.NoError(t, err)
	require.Equal(t, 1, n, "the other number was left alone")
	require.Zero(t, store.Entries(), "nothing is left")
	require.Equal(t, []otp.EventKind{
		otp.EventSent, otp.EventWrongCode, otp.EventSent, otp.EventExported, otp.EventErased, otp.EventWrongCode, otp.EventErased,
	}, heard.kinds())
}

func TestErasingDuringASend(t *testing.T) {
	t.Parallel()
	var s *otp.Service
	erasing := &talkerFunc{f: func(ctx context.Context, m provider.Message) (provider.Receipt, error) {
		_, err := s.ErasePhone(ctx, m.To.E164())
		return provider.Receipt{Provider: "erasing", ID: "1", To: m.To}, err
	}}
	s, _ = newService(t, func(cfg *otp.Config) { cfg.Sender = erasing })
	_, err := s.Start(t.Context(), start())
	require.ErrorIs(t, err, otp.Unavailable)
	all, err := s.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	require.Empty(t, all)
}

// talkerFunc is a provider that is a function.
type talkerFunc struct {
	f func(ctx context.Context, m provider.Message) (provider.Receipt, error)
}

func (*talkerFunc) Name() string { return "func" }

func (f *talkerFunc) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return f.f(ctx, m)
}

func TestO28ThisWasNotMe(t *testing.T) {
	t.Parallel()
	s, sms, _, g := guarded(t)
	v := started(t, s)
	n, err := s.RevokePhone(t.Context(), typed)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.ErrorIs(t, err, otp.GivenUp)
	n, err = s.RevokePhone(t.Context(), typed)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, g.told, "what was sent stays sent and not verified")
	require.NotEqual(t, v.ID, started(t, s).ID, "the owner can begin anew")
}

func TestO28LastLineFillsTheCodeIn(t *testing.T) {
	t.Parallel()
	good := provider.Template{Text: "验证码 {code}，{minutes} 分钟内有效。\n" + otp.WebOTPLine("example.com")}
	minutes := provider.Params{"minutes": "10"}
	require.NoError(t, otp.LintText(good, "example.com", "示例", 6, minutes))
	text, err := good.Render(provider.Params{"code": "042137", "minutes": "10"})
	require.NoError(t, err)
	require.Contains(t, text, "\n@example.com #042137")

	for want, template := range map[string]provider.Template{
		"the last line is":      {Text: "验证码 {code}，{minutes} 分钟内有效。"},
		"0 times":               {Text: "请在 {minutes} 分钟内输入\n" + otp.WebOTPLine("example.com")},
		"2 times":               {Text: "{code} 或 {code}，{minutes}\n" + otp.WebOTPLine("example.com")},
		"has 2 segments":        {Text: "【尊敬的用户，您正在登录示例网站，请不要把验证码告诉任何人，工作人员也不会向您索要，验证码为 {code}，{minutes} 分钟内有效】\n" + otp.WebOTPLine("example.com")},
		"minutes":               {Text: "{code}\n" + otp.WebOTPLine("example.com")},
		"want \"@example.com #": {Text: "{code} {minutes}\n@example.org #{code}"},
	} {
		require.ErrorContains(t, otp.LintText(template, "example.com", "示例", 6, minutes), want)
	}
	require.NoError(t, otp.LintText(provider.Template{Text: "Code {code}"}, "", "", 6, nil))
}

func TestNoteNeedsNoOrder(t *testing.T) {
	t.Parallel()
	var heard events
	s, sms := newService(t, func(cfg *otp.Config) { cfg.OnEvent = heard.hook })
	v := started(t, s)
	at := sms.Attempts()[0].Receipt.ID
	report := func(id string, state provider.State, kind provider.Kind) provider.Report {
		return provider.Report{Provider: "fake", ID: id, Phone: phone, Status: provider.Status{State: state, Kind: kind}}
	}
	require.NoError(t, s.Note(t.Context(), []provider.Report{
		report("somebody else's", provider.StateDelivered, 0), report("", provider.StateFailed, 0),
		report(at, provider.StateFailed, provider.KindBlocked), report(at, provider.StateDelivered, 0),
		report(at, provider.StateFailed, 0), report(at, provider.StateDelivered, 0),
		{Provider: "fake", Ref: "not one of ours, but as long", Status: provider.Status{State: provider.StateDelivered}},
	}))
	status, err := s.Status(t.Context(), v.ID, "login", session)
	require.NoError(t, err)
	require.True(t, status.Delivered)
	require.Equal(t, []otp.EventKind{otp.EventSent, otp.EventFailed, otp.EventDelivered}, heard.kinds())
	require.ErrorIs(t, heard.all[1].Err, provider.KindBlocked)
	for _, e := range heard.all {
		require.Equal(t, []string{"fake", at}, []string{e.Provider, e.Message}, "an event names the text: %s", e.Kind)
	}
}

// down is a store that does not answer.
type down struct{ otp.Store }

var errDown = errors.New("no connection")

func (down) Settle(context.Context, otp.Settlement) (otp.Answer, error) {
	return otp.Answer{}, errDown
}

func (down) Create(context.Context, otp.Creation) (otp.Answer, error) { return otp.Answer{}, errDown }

func (down) Look(context.Context, string) (otp.Answer, error) { return otp.Answer{}, errDown }

func (down) Try(context.Context, otp.Trial) (otp.Answer, error) { return otp.Answer{}, errDown }

func (down) Note(context.Context, otp.News) (otp.Answer, error) { return otp.Answer{}, errDown }

func (down) Due(context.Context, int) (otp.Listing, error) { return otp.Listing{}, errDown }

func (down) Person(context.Context, otp.Person) (otp.Listing, error) { return otp.Listing{}, errDown }

func (down) Cancel(context.Context, otp.Cancellation) (otp.Answer, error) {
	return otp.Answer{}, errDown
}

func TestAStoreThatIsDownIsUnavailable(t *testing.T) {
	t.Parallel()
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Store = down{} })
	ctx, id := t.Context(), "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	for name, ask := range map[string]func() error{
		"Start":  func() error { _, err := s.Start(ctx, start()); return err },
		"Resend": func() error { _, err := s.Resend(ctx, resend(id)); return err },
		"Check":  func() error { _, err := s.Check(ctx, check(id, "123456")); return err },
		"Status": func() error { _, err := s.Status(ctx, id, "login", session); return err },
		"Cancel": func() error { return s.Cancel(ctx, id, "login", session) },
		"Note": func() error {
			return s.Note(ctx, []provider.Report{{Provider: "a", ID: "b", Status: provider.Status{State: provider.StateFailed}}})
		},
		"Due":    func() error { _, err := s.Escalate(ctx); return err },
		"Export": func() error { _, err := s.ExportPhone(ctx, typed); return err },
		"Erase":  func() error { _, err := s.ErasePhone(ctx, typed); return err },
		"Revoke": func() error { _, err := s.RevokePhone(ctx, typed); return err },
	} {
		err := ask()
		require.ErrorIs(t, err, otp.Unavailable, name)
		require.ErrorIs(t, err, errDown, name)
	}
	sms.ExpectNothing(t)
	_, err := s.ExportPhone(ctx, "1")
	require.ErrorIs(t, err, otp.BadPhone)
}
