package captcha_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/otp/captcha"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestBmobsPuzzles has the adapter and the simulator of Bmob between challenge and answer.
func TestBmobsPuzzles(t *testing.T) {
	t.Parallel()
	service := bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key"})
	server := sim.New(sim.Config{}, service)
	sender, err := bmob.New(bmob.Config{
		AppID: "id", RESTKey: "key", Templates: provider.Templates{"login": {}}, HTTPClient: &http.Client{Transport: server.Transport()},
	})
	require.NoError(t, err)
	issuer, found := provider.As[provider.CaptchaIssuer](sender)
	require.True(t, found)
	c, err := captcha.New(issuer)
	require.NoError(t, err)
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	var p captcha.Puzzle
	require.NoError(t, json.Unmarshal(data, &p))
	require.Contains(t, p.Image, "captchaImage")
	answer, found := service.CaptchaAnswer(p.Puzzle)
	require.True(t, found)
	_, err = c.Verify(t.Context(), captcha.Token(p.Puzzle, answer+"x"))
	require.ErrorIs(t, err, provider.KindCodeMismatch)
	id, err := c.Verify(t.Context(), captcha.Token(p.Puzzle, answer))
	require.NoError(t, err)
	require.Equal(t, p.Puzzle, id)
}
