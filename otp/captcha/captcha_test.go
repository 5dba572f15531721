package captcha_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/captcha"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// issuer hands out puzzles whose answer is 42. It takes a puzzle more than once, as a
// service that forgets would.
type issuer struct{ issued, solved int }

func (i *issuer) IssueCaptcha(context.Context) (provider.Captcha, error) {
	i.issued++
	return provider.Captcha{Token: fmt.Sprint("p:", i.issued), ImageURL: "https://pictures.example/1.png"}, nil
}

func (i *issuer) SolveCaptcha(_ context.Context, token, answer string) (string, error) {
	i.solved++
	if answer != "42" {
		return "", errors.New("wrong")
	}
	return fmt.Sprint("solved ", token, i.solved), nil
}

var (
	_ guard.Challenger = (*captcha.Challenger)(nil)
	_ guard.Issuer     = (*captcha.Challenger)(nil)
)

func issue(t *testing.T, c *captcha.Challenger) captcha.Puzzle {
	t.Helper()
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	var p captcha.Puzzle
	require.NoError(t, json.Unmarshal(data, &p))
	return p
}

func TestAPuzzlePassesTheGuardOnce(t *testing.T) {
	t.Parallel()
	service := &issuer{}
	c, err := captcha.New(service)
	require.NoError(t, err)
	rules := guard.DefaultRules()
	rules.AddressOpen = 1
	g, err := guard.New(guard.Config{Key: []byte(strings.Repeat("k", 32)), Rules: &rules, Challenger: c})
	require.NoError(t, err)
	asked := 0
	ask := func(token string) guard.Verdict {
		asked++
		d, err := g.Reserve(t.Context(), guard.Request{
			Phone: provider.MustParsePhone(fmt.Sprintf("139%08d", asked*10_001)), Client: netip.MustParseAddr("20.1.2.3"),
			Session: fmt.Sprint(asked), Purpose: "login", Token: token,
		})
		require.NoError(t, err)
		return d.Verdict
	}
	require.Equal(t, guard.Allowed, ask(""))
	p := issue(t, c)
	require.Equal(t, captcha.Puzzle{Type: "picture", Puzzle: "p:1", Image: "https://pictures.example/1.png"}, p)
	require.Equal(t, guard.Challenged, ask(captcha.Token(p.Puzzle, "41")))
	require.Equal(t, guard.Allowed, ask(captcha.Token(p.Puzzle, "42")))
	require.Equal(t, guard.Challenged, ask(captcha.Token(p.Puzzle, "42")), "the service would take it again")
}

func TestTokensThatAreNoneAreNotAsked(t *testing.T) {
	t.Parallel()
	service := &issuer{}
	c, err := captcha.New(service)
	require.NoError(t, err)
	for _, bad := range []string{"", ":", "p", ":42", "p:", strings.Repeat("x", 2000) + ":42"} {
		_, err := c.Verify(t.Context(), bad)
		require.ErrorIs(t, err, captcha.ErrToken, bad)
	}
	require.Zero(t, service.solved)
	_, err = captcha.New(nil)
	require.Error(t, err)
}

// down is a service that cannot be asked.
type down struct{}

func (down) IssueCaptcha(context.Context) (provider.Captcha, error) {
	return provider.Captcha{}, errors.New("down")
}

func (down) SolveCaptcha(context.Context, string, string) (string, error) {
	return "", errors.New("down")
}

func TestWhileTheServiceIsDownNobodyPasses(t *testing.T) {
	t.Parallel()
	c, err := captcha.New(down{})
	require.NoError(t, err)
	_, err = c.Issue(t.Context())
	require.ErrorContains(t, err, "down")
	_, err = c.Verify(t.Context(), captcha.Token("p", "42"))
	require.ErrorContains(t, err, "down")
}

func FuzzVerify(f *testing.F) {
	c, err := captcha.New(down{})
	require.NoError(f, err)
	f.Add("p:42")
	f.Fuzz(func(t *testing.T, token string) {
		_, err := c.Verify(t.Context(), token)
		require.Error(t, err)
	})
}
