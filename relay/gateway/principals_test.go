package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// office is a gateway with stored principals: eva, an operator, a shop and an old phone. The
// token of each is its name with "-token".
type office struct {
	*testing.T
	gateway    *gateway.Gateway
	principals gateway.Principals
	log        *safeBuffer
}

func hashOf(t *testing.T, token string) gateway.Hash {
	t.Helper()
	hash, err := gateway.ParseHash(gateway.HashToken(token))
	require.NoError(t, err)
	return hash
}

func newOffice(t *testing.T, change ...func(*gateway.Config)) *office {
	t.Helper()
	o := &office{T: t, principals: memqueue.NewPrincipals(), log: &safeBuffer{}}
	queue := memqueue.New()
	cfg := gateway.Config{
		Queue: queue, Principals: o.principals, Quotas: []gateway.Quota{},
		Tokens: []gateway.Token{{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("eva-token")}},
		Logger: slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
	}
	for _, apply := range change {
		apply(&cfg)
	}
	var err error
	o.gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, o.gateway.Close())
		require.NoError(t, queue.Close())
		for _, secret := range []string{"13800138000", "824913", "-token"} {
			require.NotContains(t, o.log.String(), secret, "logs have no number, text or token")
		}
	})
	o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite})
	o.put(gateway.Principal{Name: "old-phone", Role: gateway.RolePhone})
	return o
}

// put stores a principal under its own token.
func (o *office) put(p gateway.Principal) {
	o.Helper()
	if p.Token.IsZero() {
		p.Token = hashOf(o.T, p.Name+"-token")
	}
	require.NoError(o, o.principals.Put(o.Context(), p))
}

// who is the principal of a name's own token.
func (o *office) who(name string) gateway.Principal {
	o.Helper()
	who, err := o.gateway.Authenticate(o.Context(), name+"-token")
	require.NoError(o, err)
	return who
}

func (o *office) online() {
	o.Helper()
	_, err := o.gateway.Pull(o.Context(), o.who("old-phone"), gateway.PullRequest{})
	require.NoError(o, err)
}

func (o *office) submit(change ...func(*gateway.Submission)) (gateway.Submitted, error) {
	o.Helper()
	s := gateway.Submission{To: "13800138000", Text: "Your code is 824913."}
	for _, apply := range change {
		apply(&s)
	}
	return o.gateway.Submit(o.Context(), o.who(shop), s)
}

// requireScope wants an error that names the field and the value.
func requireScope(t *testing.T, err, reason error, field, value string) {
	t.Helper()
	var scope *gateway.ScopeError
	require.ErrorAs(t, err, &scope)
	require.ErrorIs(t, err, reason)
	require.Equal(t, field, scope.Field)
	require.Equal(t, value, scope.Value)
}

func TestATokenOpensItsLanesOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		lanes           []string
		opens, doesNot  []string
		refusedMentions string
	}{
		{"none", nil, []string{"text"}, []string{"mob"}, "mob"},
		{"one", []string{"mob"}, []string{"mob"}, []string{"text"}, "text"},
		{"one of two is not enough", []string{"mob"}, []string{"mob"}, []string{"mob", "text"}, "text"},
		{"every", []string{gateway.AnyLane}, []string{"text", "mob"}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.put(gateway.Principal{Name: "old-phone", Role: gateway.RolePhone, Lanes: tt.lanes})
			o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite, Lanes: tt.lanes})
			_, err := o.gateway.Pull(t.Context(), o.who("old-phone"), gateway.PullRequest{Lanes: tt.opens})
			require.NoError(t, err)
			_, stop, err := o.gateway.Watch(o.who("old-phone"), tt.opens)
			require.NoError(t, err)
			stop()
			_, err = o.submit(func(s *gateway.Submission) { s.Lane = tt.opens[0] })
			require.NoError(t, err)
			if tt.doesNot == nil {
				return
			}
			_, err = o.gateway.Pull(t.Context(), o.who("old-phone"), gateway.PullRequest{Lanes: tt.doesNot})
			requireScope(t, err, gateway.ErrLaneForbidden, "lanes", tt.refusedMentions)
			_, _, err = o.gateway.Watch(o.who("old-phone"), tt.doesNot)
			requireScope(t, err, gateway.ErrLaneForbidden, "lanes", tt.refusedMentions)
			_, err = o.submit(func(s *gateway.Submission) { s.Lane = tt.refusedMentions })
			requireScope(t, err, gateway.ErrLaneForbidden, "lane", tt.refusedMentions)
		})
	}
}

// abroad are numbers by calling code.
var abroad = map[string]relayapi.Number{
	"852": "+85251234567", "44": "+447700900123", "1": "+12025550123",
	"388": "+38831234567", "800": "+80012345678", "808": "+80812345678", "870": "+870773111632", "871": "+871712345678",
	"872": "+872712345678", "873": "+873712345678", "874": "+874712345678", "878": "+878101234567890", "881": "+881612345678",
	"882": "+88216123456", "883": "+883510012345678", "888": "+88812345678901", "979": "+979123456789", "991": "+991123456789",
}

func TestASiteTextsItsCountriesOnly(t *testing.T) {
	t.Parallel()
	countries := []string{"852", "44", "1"}
	for _, tt := range []struct {
		name  string
		given []string
		may   []string
	}{
		{"mainland alone unless it is said", nil, []string{}},
		{"those that it was given", []string{"852", "979"}, []string{"852", "979"}},
		{"every country, and no code that is no country's", []string{gateway.AnyCountry}, countries},
		{"such a code by name beside every country", []string{gateway.AnyCountry, "881"}, append(countries, "881")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite, Countries: tt.given})
			o.online()
			if tt.given == nil {
				_, err := o.submit()
				require.NoError(t, err)
			}
			accepted := []string{}
			for code, number := range abroad {
				_, err := o.submit(func(s *gateway.Submission) { s.To = number })
				if err == nil {
					accepted = append(accepted, code)
					continue
				}
				requireScope(t, err, gateway.ErrCountryForbidden, "to", "+"+code)
				require.NotContains(t, fmt.Sprintf("%+v", err), string(number))
			}
			require.ElementsMatch(t, tt.may, accepted)
		})
	}
}

// A site that was given less meanwhile still learns what became of its text.
func TestARepeatedKeyIsNoNewText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite, Countries: []string{"44"}, Limits: gateway.Limits{SubmitsPerMinute: 1}})
	o.online()
	abroad := func(s *gateway.Submission) { s.Key, s.To = "k", "+447700900123" }
	first, err := o.submit(abroad)
	require.NoError(t, err)
	again, err := o.submit(abroad)
	require.NoError(t, err, "the limit is reached")
	require.Equal(t, first.Job.ID, again.Job.ID)
	o.put(gateway.Principal{Name: shop, Role: gateway.RoleSite})
	again, err = o.submit(abroad)
	require.NoError(t, err, "the country was taken from the site")
	require.Equal(t, first.Job.ID, again.Job.ID)
	require.False(t, again.New)
	_, err = o.submit(abroad, func(s *gateway.Submission) { s.Key = "l" })
	require.ErrorIs(t, err, gateway.ErrCountryForbidden)
}

func TestARevokedTokenOpensNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.put(gateway.Principal{Name: "old-phone", Role: gateway.RolePhone, Token: hashOf(t, "second-token")})
	before := o.who("old-phone")
	require.NoError(t, o.gateway.Revoke(t.Context(), o.who("eva"), before.Token))
	_, err := o.gateway.Authenticate(t.Context(), "old-phone-token")
	require.ErrorIs(t, err, gateway.ErrUnauthorized)
	for name, call := range map[string]func() error{
		"pull":   func() error { _, err := o.gateway.Pull(t.Context(), before, gateway.PullRequest{}); return err },
		"watch":  func() error { _, _, err := o.gateway.Watch(before, []string{"text"}); return err },
		"report": func() error { _, err := o.gateway.Report(t.Context(), before, gateway.ReportRequest{}); return err },
	} {
		require.ErrorIs(t, call(), gateway.ErrUnauthorized, "%s of a door that asked for the token before", name)
	}
	second, err := o.gateway.Authenticate(t.Context(), "second-token")
	require.NoError(t, err, "another token of the name goes on")
	_, err = o.gateway.Pull(t.Context(), second, gateway.PullRequest{})
	require.NoError(t, err)
	require.ErrorIs(t, o.gateway.Revoke(t.Context(), o.who("eva"), hashOf(t, "nobody's")), gateway.ErrUnknownToken)
	var forbidden *gateway.ForbiddenError
	require.ErrorAs(t, o.gateway.Revoke(t.Context(), second, second.Token), &forbidden, "operators revoke")
}

// waitingPull pulls for half a minute in the background.
func (o *office) waitingPull() <-chan error {
	ended := make(chan error, 1)
	who := o.who("old-phone")
	go func() {
		_, err := o.gateway.Pull(o.Context(), who, gateway.PullRequest{Wait: 30 * time.Second})
		ended <- err
	}()
	synctest.Wait()
	return ended
}

func TestARevocationEndsWhatWaits(t *testing.T) {
	t.Parallel()
	const lease = 10 * time.Second
	for _, tt := range []struct {
		name   string
		revoke func(o *office, token gateway.Hash) error
		within time.Duration
	}{
		{"by the gateway", func(o *office, token gateway.Hash) error {
			return o.gateway.Revoke(o.Context(), o.who("eva"), token)
		}, 0},
		{"by somebody else", func(o *office, token gateway.Hash) error {
			return o.principals.Revoke(o.Context(), token, time.Now())
		}, lease},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				ended := o.waitingPull()
				changed, stop, err := o.gateway.Watch(o.who("old-phone"), []string{"text"})
				require.NoError(t, err)
				defer stop()
				<-changed // there may be work from before
				<-time.After(3 * time.Second)
				start := time.Now()
				require.NoError(t, tt.revoke(o, o.who("old-phone").Token))
				require.ErrorIs(t, <-ended, gateway.ErrUnauthorized)
				require.LessOrEqual(t, time.Since(start), tt.within)
				if tt.within == 0 {
					require.Len(t, changed, 1, "the watch is told")
				}
			})
		})
	}
}

// A wake for a phone whose token was revoked would be lost: its watch ends, and what it was
// told before goes to the next phone.
func TestARevokedWatchKeepsNoJobFromOthers(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.put(gateway.Principal{Name: "new-phone", Role: gateway.RolePhone})
			o.online()
			_, stop, err := o.gateway.Watch(o.who("old-phone"), []string{"text"})
			require.NoError(t, err)
			defer stop()
			got := make(chan []gateway.Job, 1)
			other := o.who("new-phone")
			go func() {
				jobs, _ := o.gateway.Pull(t.Context(), other, gateway.PullRequest{Wait: 9 * time.Second, Interval: time.Minute})
				got <- jobs
			}()
			synctest.Wait()
			revoke := func() { require.NoError(t, o.gateway.Revoke(t.Context(), o.who("eva"), o.who("old-phone").Token)) }
			start := time.Now()
			if before {
				revoke()
			}
			_, err = o.submit()
			require.NoError(t, err)
			if !before {
				synctest.Wait()
				revoke()
			}
			require.Len(t, <-got, 1)
			require.Zero(t, time.Since(start))
		})
	}
}

func TestALaneThatIsTakenAwayEndsAPullThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ended := o.waitingPull()
		o.put(gateway.Principal{Name: "old-phone", Role: gateway.RolePhone, Lanes: []string{"mob"}})
		requireScope(t, <-ended, gateway.ErrLaneForbidden, "lanes", "text")
	})
}

// failingPrincipals find nobody, because their disk is broken.
type failingPrincipals struct{ gateway.Principals }

func (failingPrincipals) Find(context.Context, gateway.Hash) (gateway.Principal, error) {
	return gateway.Principal{}, errors.New("disk on fire")
}

func TestPrincipalsThatFailLetNobodyIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *gateway.Config) { c.Principals = failingPrincipals{c.Principals} })
	_, err := o.gateway.Authenticate(t.Context(), "shop-token")
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
	require.NotContains(t, err.Error(), "fire")
	require.Contains(t, o.log.String(), "disk on fire")
	_, err = o.gateway.Authenticate(t.Context(), "eva-token")
	require.NoError(t, err, "tokens of the configuration need no disk")
	require.Empty(t, o.gateway.Refusals(), "nobody was refused")
}

func TestWithoutPrincipalsNothingChanges(t *testing.T) {
	t.Parallel()
	queue := memqueue.New()
	g, err := gateway.New(gateway.Config{
		Queue: queue, Tokens: []gateway.Token{{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("eva-token")}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, errors.Join(g.Close(), queue.Close())) })
	eva, err := g.Authenticate(t.Context(), "eva-token")
	require.NoError(t, err)
	_, err = g.NewRegistration(t.Context(), eva, gateway.Invitation{})
	require.ErrorIs(t, err, gateway.ErrNoPrincipals)
	_, _, err = g.Register(t.Context(), "code", "new-phone")
	require.ErrorIs(t, err, gateway.ErrNoPrincipals)
	require.ErrorIs(t, g.Revoke(t.Context(), eva, eva.Token), gateway.ErrNoPrincipals)
}
