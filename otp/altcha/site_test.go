package altcha_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/altcha"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

func site(tb testing.TB, name string) *altcha.Challenger {
	tb.Helper()
	c, err := altcha.New(altcha.Config{Key: key, Site: name, MaxNumber: 500})
	require.NoError(tb, err)
	return c
}

func TestATokenIsOfNoUseOnAnotherHost(t *testing.T) {
	t.Parallel()
	hosts := []string{"example.com", "example.org", "", "example.com&site=example.org", "a?expires=9999999999&"}
	for _, from := range hosts {
		data, err := site(t, from).Issue(t.Context())
		require.NoError(t, err)
		p := solve(t, data)
		for _, to := range hosts {
			_, err := site(t, to).Verify(t.Context(), token(t, p))
			if from == to {
				require.NoError(t, err, from)
			} else {
				require.ErrorIs(t, err, altcha.ErrToken, from+" at "+to)
			}
		}
	}
}

// A salt that was changed is not what the signature covers, whatever it says.
func TestWrongSaltsAreNotGood(t *testing.T) {
	t.Parallel()
	c := site(t, "example.com")
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	p := solve(t, data)
	random, rest, _ := strings.Cut(p.Salt, "?")
	for _, salt := range []string{
		"", random, "?" + rest, random + "?", strings.ToUpper(p.Salt), p.Salt + "&", "0" + p.Salt,
		p.Salt + "expires=9999999999&", random + "?expires=9999999999&" + rest, random + "?site=example.com&" + rest, random + "?" + rest + "%zz",
	} {
		bad := p
		bad.Salt = salt
		_, err := c.Verify(t.Context(), token(t, bad))
		require.ErrorIs(t, err, altcha.ErrToken, salt)
	}
	want, err := c.Verify(t.Context(), token(t, p))
	require.NoError(t, err)
	p.Salt = strings.TrimSuffix(p.Salt, "&") // the library puts it back
	same, err := c.Verify(t.Context(), token(t, p))
	require.NoError(t, err)
	require.Equal(t, want, same, "so it is spent once all the same")
}

// TestATokenIsSpentOnce shows one token again and again. Each request is for another
// number, from one address that has to solve a challenge each time.
func TestATokenIsSpentOnce(t *testing.T) {
	t.Parallel()
	c := site(t, "example.com")
	rules := guard.DefaultRules()
	rules.AddressOpen = 1
	now := time.Now()
	g, err := guard.New(guard.Config{Key: key, Rules: &rules, Challenger: c, Now: func() time.Time { return now }})
	require.NoError(t, err)
	asked := 0
	ask := func(token string) guard.Verdict {
		asked++
		d, err := g.Reserve(context.Background(), guard.Request{
			Phone: provider.MustParsePhone(fmt.Sprintf("139%08d", asked*10_001)), Client: netip.MustParseAddr("20.1.2.3"),
			Session: fmt.Sprint(asked), Purpose: "login", Token: token,
		})
		require.NoError(t, err)
		return d.Verdict
	}
	require.Equal(t, guard.Allowed, ask(""))
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	p := solve(t, data)
	require.Equal(t, guard.Challenged, ask("forged"))
	require.Equal(t, guard.Allowed, ask(token(t, p)))
	for range 16 {
		require.Equal(t, guard.Challenged, ask(token(t, p)))
		now = now.Add(10 * time.Second)
	}
	data, err = c.Issue(t.Context())
	require.NoError(t, err)
	require.Equal(t, guard.Allowed, ask(token(t, solve(t, data))), "another one is good")
}
