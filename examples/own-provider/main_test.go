package main

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/provider/fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, `138****8000 got, through acme: 【Acme】Your code is 042137.
acme refused: balance (no_credit)
138****8000 got, through ihuyi: 【互亿无线】您的验证码是：730519。请不要把验证码泄露给其他人。
acme has 0.04 yuan left
`, out.String())
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ended, io.Discard), context.Canceled)
	_, err := newChain("no address", io.Discard)
	require.ErrorContains(t, err, "BaseURL: ")
	require.ErrorContains(t, printLeft(t.Context(), io.Discard, &fake.Provider{}), "not in the chain")
}
