package failover_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

// coder is a scripted provider that makes the codes of some templates.
type coder struct {
	*scripted
	templates []string
}

func (c coder) CodeTemplates() []string { return c.templates }

func (c coder) Verify(context.Context, provider.Receipt, string) error { return nil }

func (f *fleet) coder(name string, templates ...string) failover.Member {
	return failover.Member{Provider: coder{f.members[name], templates}}
}

// verifier is a provider of another package, of which only Verify tells that it makes
// codes.
type verifier struct{ *scripted }

func (verifier) Verify(context.Context, provider.Receipt, string) error { return nil }

// Two makers of codes do not stand together unless the caller wants it.
func TestC9(t *testing.T) {
	t.Parallel()
	f := newFleet("mob", "bmob", "ihuyi", "tencent")
	mobCodes, bmobCodes := f.coder("mob", "login"), f.coder("bmob", provider.AnyTemplate)
	ihuyiTexts, tencentTexts := f.member("ihuyi"), f.member("tencent")
	chainOf := func(members ...failover.Member) error {
		_, err := failover.NewChain(failover.ChainConfig{Name: "paid"}, members...)
		return err
	}
	inside := func(members ...failover.Member) failover.Member {
		return failover.Member{Provider: newChain(t, failover.ChainConfig{Name: "inner", OtherCodes: true}, members...)}
	}
	byTemplate := func(template string, m failover.Member) failover.Member {
		return failover.Member{Provider: newRouter(t, failover.RouterConfig{Name: "by " + template},
			failover.Rule{Templates: []string{template}, Provider: m.Provider})}
	}
	const wanted = ", so that a user may get two codes of which one works; set OtherCodes or Decide if that is wanted"
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"beside the caller's code", chainOf(mobCodes, ihuyiTexts),
			`members[1].Provider: the caller makes the codes of template "login", and in members[0] mob makes them` + wanted},
		{"the other order", chainOf(ihuyiTexts, mobCodes),
			`members[1].Provider: mob makes the codes of template "login", and in members[0] the caller makes them` + wanted},
		{"two services", chainOf(mobCodes, bmobCodes),
			`members[1].Provider: bmob makes the codes of template "login", and in members[0] mob makes them` + wanted},
		{"only Verify tells", chainOf(ihuyiTexts, failover.Member{Provider: verifier{f.members["mob"]}}),
			`members[1].Provider: mob makes the codes, and in members[0] the caller makes them` + wanted},
		{"behind a wrapper", chainOf(ihuyiTexts, failover.Member{Provider: wrapped{mobCodes.Provider}}), "mob makes the codes"},
		{"in a chain inside", chainOf(ihuyiTexts, inside(tencentTexts, mobCodes)), "mob makes the codes"},
		{"in a router's rule for that template", chainOf(ihuyiTexts, byTemplate("login", mobCodes)), "mob makes the codes"},

		{"one alone", chainOf(mobCodes), ""},
		{"of no template", chainOf(ihuyiTexts, f.coder("mob")), ""},
		{"both in one chain inside, which was told", chainOf(inside(ihuyiTexts, mobCodes)), ""},
		{"in a router's rule for another template", chainOf(ihuyiTexts, byTemplate("notice", mobCodes)), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.want == "" {
				require.NoError(t, test.err)
				return
			}
			require.ErrorContains(t, test.err, test.want)
		})
	}

	_, err := failover.NewComposer(failover.ComposerConfig{First: ihuyiTexts, Retry: mobCodes})
	require.ErrorContains(t, err, "Retry.Provider: mob makes the codes")
	byRule := func(context.Context, provider.Message, failover.Attempt) failover.Decision {
		return failover.DecideByRule
	}
	for _, cfg := range []failover.ChainConfig{{OtherCodes: true}, {Decide: byRule}} {
		_, err := failover.NewChain(cfg, ihuyiTexts, mobCodes)
		require.NoError(t, err)
		_, err = failover.NewComposer(failover.ComposerConfig{First: ihuyiTexts, Retry: mobCodes, OtherCodes: cfg.OtherCodes, Decide: cfg.Decide})
		require.NoError(t, err)
	}
	newRouter(t, failover.RouterConfig{}, failover.Rule{Countries: []string{"86"}, Provider: mobCodes.Provider}, failover.Rule{Provider: ihuyiTexts.Provider})
}

// The adapters say which of their templates have codes of the service's.
func TestC9Adapters(t *testing.T) {
	t.Parallel()
	own, ignores := provider.Template{Ignore: []string{"code"}}, []string{"code"}
	templates := provider.Templates{"login": own, "notice": {ID: "1", Params: []string{"day"}}, "alarm": {ID: "2"}}
	mobProvider, err := mob.New(mob.Config{AppKey: "key", Templates: templates})
	require.NoError(t, err)
	require.Equal(t, []string{"login"}, provider.CodeTemplates(mobProvider))
	bmobProvider, err := bmob.New(bmob.Config{AppID: "id", RESTKey: "key", Templates: templates})
	require.NoError(t, err)
	require.Equal(t, []string{"alarm", "login"}, provider.CodeTemplates(bmobProvider))
	texts := provider.Templates{"login": {Text: "for the app", Ignore: ignores}, "notice": {Text: "on {day}"}}
	verified, err := relay.New(relay.Config{BaseURL: "https://relay.test", Token: "t", Templates: texts, Codes: mobProvider})
	require.NoError(t, err)
	require.Equal(t, []string{"login", "notice"}, provider.CodeTemplates(verified))
	plain, err := relay.New(relay.Config{BaseURL: "https://relay.test", Token: "t", Templates: texts})
	require.NoError(t, err)
	require.Empty(t, provider.CodeTemplates(plain))
	ihuyiProvider, err := ihuyi.New(ihuyi.Config{Account: "a", APIKey: "k", Templates: provider.Templates{"login": {ID: "1", Params: ignores}}})
	require.NoError(t, err)
	require.Empty(t, provider.CodeTemplates(ihuyiProvider))

	for _, pair := range [][]provider.Provider{{mobProvider, ihuyiProvider}, {ihuyiProvider, mobProvider}, {mobProvider, bmobProvider}, {verified, ihuyiProvider}, {plain, mobProvider}} {
		_, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: pair[0]}, failover.Member{Provider: pair[1]})
		require.ErrorContains(t, err, "a user may get two codes")
	}
	_, err = failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: plain}, failover.Member{Provider: ihuyiProvider})
	require.NoError(t, err)
}

// After a text that may be on its way nobody sends another code by rule; members that
// send the same one are asked all the same.
func TestC9NoOtherCodeByRule(t *testing.T) {
	t.Parallel()
	lost := fail(provider.KindUnavailable, unsure)
	refused := fail(provider.KindUnavailable)
	for _, test := range []struct {
		name   string
		first  string // of mob, bmob, ihuyi, tencent
		failed reply
		asked  []string
		result string
	}{
		{"the service's code is lost", "mob", lost, []string{"mob"}, "failed: mob unavailable"},
		{"another service's too", "bmob", lost, []string{"bmob"}, "failed: bmob unavailable"},
		{"the caller's code is lost", "ihuyi", lost, []string{"ihuyi", "tencent"}, "tencent"},
		{"nothing was sent", "mob", refused, []string{"mob", "bmob"}, "bmob"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("mob", "bmob", "ihuyi", "tencent")
			members := map[string]failover.Member{
				"mob": f.coder("mob", "login"), "bmob": f.coder("bmob", "login"), "ihuyi": f.member("ihuyi"), "tencent": f.member("tencent"),
			}
			order := []failover.Member{members[test.first]}
			for _, name := range []string{"mob", "bmob", "ihuyi", "tencent"} {
				if name != test.first {
					order = append(order, members[name])
				}
			}
			f.members[test.first].then(test.failed)
			chain := newChain(t, failover.ChainConfig{OtherCodes: true}, order...)
			receipt, err := chain.Send(t.Context(), codeMessage)
			require.Equal(t, test.result, outcome(receipt, err))
			require.Equal(t, test.asked, f.journal.asked())
			require.Empty(t, receipt.Extra)
			if err != nil {
				require.ErrorContains(t, err, "ihuyi (would send another code), tencent (would send another code)")
			}
		})
	}
}

// Inside a chain, the code that is bound is that of the chain around it.
func TestC9Nested(t *testing.T) {
	t.Parallel()
	f := newFleet("ihuyi", "mob", "tencent")
	inner := newChain(t, failover.ChainConfig{Name: "inner", OtherCodes: true}, f.coder("mob", "login"), f.member("tencent"))
	outer := newChain(t, failover.ChainConfig{OtherCodes: true}, f.member("ihuyi"), failover.Member{Provider: inner})
	f.members["ihuyi"].then(fail(provider.KindUnavailable, unsure), fail(provider.KindUnavailable, unsure))
	require.Equal(t, "tencent", outcome(outer.Send(t.Context(), codeMessage)))
	require.Equal(t, []string{"ihuyi", "tencent"}, f.journal.asked())

	behind := newChain(t, failover.ChainConfig{Name: "behind", OtherCodes: true, Cooldown: failover.NoCooldown},
		f.member("ihuyi"), failover.Member{Provider: wrapped{inner}})
	_, err := behind.Send(t.Context(), codeMessage)
	require.EqualError(t, err, "behind: 1 attempt failed: ihuyi: send: unavailable (may have been sent); skipped: inner (would send another code)")

	only := newChain(t, failover.ChainConfig{Name: "only"}, f.coder("mob", "login"))
	last := newChain(t, failover.ChainConfig{Name: "last", OtherCodes: true}, f.member("ihuyi"), failover.Member{Provider: only})
	f.members["ihuyi"].then(fail(provider.KindUnavailable, unsure))
	f.journal.asked()
	_, err = last.Send(t.Context(), codeMessage)
	require.ErrorContains(t, err, "nobody is left who would send the code that may be on its way")
	require.Equal(t, []string{"ihuyi"}, f.journal.asked())
}

// With the caller's word it goes on, and the receipt says whose other code may come.
func TestC9WithTheCallersWord(t *testing.T) {
	t.Parallel()
	next := func(context.Context, provider.Message, failover.Attempt) failover.Decision {
		return failover.DecideNext
	}
	for _, nested := range []bool{false, true} {
		f := newFleet("mob", "ihuyi", "tencent")
		members := []failover.Member{f.coder("mob", "login"), f.member("ihuyi"), f.member("tencent")}
		if nested {
			inner := newChain(t, failover.ChainConfig{Name: "inner"}, members[1], members[2])
			members = []failover.Member{members[0], {Provider: inner}}
		}
		f.members["mob"].then(fail(provider.KindUnavailable, unsure))
		f.members["ihuyi"].then(fail(provider.KindUnavailable, unsure))
		chain := newChain(t, failover.ChainConfig{Decide: next}, members...)
		receipt, err := chain.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		require.Equal(t, []string{"mob", "ihuyi", "tencent"}, f.journal.asked())
		require.Equal(t, map[string]string{failover.ExtraOtherCode: "mob"}, receipt.Extra, "ihuyi's is the same code")
	}
}
