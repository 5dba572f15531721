package main

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/internal/catalog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestStory: every run prints the same, word for word.
func TestStory(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/story.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, string(want), out.String())
	require.NotRegexp(t, `1[3-9][0-9]{9}`, out.String(), "numbers are masked")
}

func TestTheStoryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, &bytes.Buffer{}), context.Canceled)
}

// TestLedger: a long text counts by its segments, with the signature.
func TestLedger(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	l.sentFree("您的验证码是042137，5分钟内有效。")
	l.sentFree(string(bytes.Repeat([]byte("短"), 62))) // 71 with 【速通互联验证码】
	l.attempt(t.Context(), failover.Attempt{Cost: price})
	require.Equal(t, 2, l.free)
	require.Equal(t, 3, l.freeSegments)
	require.Equal(t, "0.18", l.saved().String())
	require.Equal(t, "0.06", l.spent.String())
}

// TestPriceIsThatOfThePage: what is saved is counted with the price in the documentation.
func TestPriceIsThatOfThePage(t *testing.T) {
	t.Parallel()
	service, err := catalog.ReadService("../../aliyun/service-verification.txt")
	require.NoError(t, err)
	require.Contains(t, service.Price.Text.EN, price.String()+" yuan a text")
}
