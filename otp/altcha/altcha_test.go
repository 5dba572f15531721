package altcha_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	lib "github.com/altcha-org/altcha-lib-go"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/altcha"
	"github.com/cnsms/cnsms/otp/guard"
)

var key = bytes.Repeat([]byte("k"), 32)

func challenger(tb testing.TB, now func() time.Time) *altcha.Challenger {
	tb.Helper()
	c, err := altcha.New(altcha.Config{Key: key, MaxNumber: 500, Now: now})
	require.NoError(tb, err)
	return c
}

// solve does what the widget does.
func solve(tb testing.TB, data []byte) lib.Payload {
	tb.Helper()
	var c struct {
		Algorithm, Challenge, Salt, Signature string
		MaxNumber                             int `json:"maxnumber"`
	}
	require.NoError(tb, json.Unmarshal(data, &c))
	s, err := lib.SolveChallenge(c.Challenge, c.Salt, lib.Algorithm(c.Algorithm), c.MaxNumber, 0, nil)
	require.NoError(tb, err)
	require.NotNil(tb, s)
	return lib.Payload{Algorithm: c.Algorithm, Challenge: c.Challenge, Number: int64(s.Number), Salt: c.Salt, Signature: c.Signature}
}

func token(tb testing.TB, p lib.Payload) string {
	tb.Helper()
	data, err := json.Marshal(p)
	require.NoError(tb, err)
	return base64.StdEncoding.EncodeToString(data)
}

var _ guard.Issuer = (*altcha.Challenger)(nil)

func TestASolvedChallengeIsGoodUntilItEnds(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_750_000_000, 0)
	c := challenger(t, func() time.Time { return now })
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	good := token(t, solve(t, data))
	id, err := c.Verify(t.Context(), good)
	require.NoError(t, err)
	same, err := c.Verify(t.Context(), good)
	require.NoError(t, err)
	require.Equal(t, id, same, "the guard spends it by this")
	now = now.Add(5 * time.Minute)
	_, err = c.Verify(t.Context(), good)
	require.ErrorIs(t, err, altcha.ErrToken)
}

func TestForgedTokensAreNotGood(t *testing.T) {
	t.Parallel()
	now := time.Now().Add(-time.Minute)
	c := challenger(t, func() time.Time { return now })
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	p := solve(t, data)
	altered := map[string]func(*lib.Payload){
		"number":    func(p *lib.Payload) { p.Number++ },
		"negative":  func(p *lib.Payload) { p.Number = -1 },
		"algorithm": func(p *lib.Payload) { p.Algorithm = "SHA-1" },
		"signature": func(p *lib.Payload) { p.Signature = strings.Repeat("0", len(p.Signature)) },
		"no end":    func(p *lib.Payload) { p.Salt, _, _ = strings.Cut(p.Salt, "?") },
		"later end": func(p *lib.Payload) { p.Salt = strings.Replace(p.Salt, "expires=1", "expires=2", 1) },
	}
	for name, change := range altered {
		bad := p
		change(&bad)
		_, err := c.Verify(t.Context(), token(t, bad))
		require.ErrorIs(t, err, altcha.ErrToken, name)
	}
	for _, bad := range []string{"", "x", "e30=", strings.Repeat("A", 5000)} {
		_, err := c.Verify(t.Context(), bad)
		require.ErrorIs(t, err, altcha.ErrToken)
	}
}

// Salt and number are hashed one after the other. Moving digits from the number to
// the salt would give the challenge a later end.
func TestDigitsOfTheNumberDoNotMoveIntoTheEnd(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_750_000_000, 0)
	c := challenger(t, func() time.Time { return now })
	data, err := c.Issue(t.Context())
	require.NoError(t, err)
	p := solve(t, data)
	digits := fmt.Sprint(p.Number)
	for i := 1; i < len(digits); i++ {
		moved := p
		moved.Salt += digits[:i]
		_, err := fmt.Sscan(digits[i:], &moved.Number)
		require.NoError(t, err)
		_, err = c.Verify(t.Context(), token(t, moved))
		require.ErrorIs(t, err, altcha.ErrToken, moved.Salt)
	}
}

func TestNewRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, c := range []altcha.Config{{}, {Key: key, MaxNumber: -1}, {Key: key, Lifetime: 25 * time.Hour}, {Key: key, Lifetime: time.Millisecond}} {
		_, err := altcha.New(c)
		require.Error(t, err)
	}
}

func FuzzVerify(f *testing.F) {
	c := challenger(f, nil)
	f.Add("e30=")
	f.Add(base64.StdEncoding.EncodeToString([]byte(`{"algorithm":"SHA-256","salt":"a?expires=9999999999&","number":1}`)))
	f.Fuzz(func(t *testing.T, token string) {
		_, err := c.Verify(t.Context(), token)
		require.ErrorIs(t, err, altcha.ErrToken)
	})
}

func Example() {
	c, _ := altcha.New(altcha.Config{Key: key})
	challenge, err := c.Issue(context.Background()) // the page fetches it and gives it to the widget
	fmt.Println(len(challenge) > 0, err)
	// Output: true <nil>
}
