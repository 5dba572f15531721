package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"phone", "--help"}, &out, &errs))
	require.Contains(t, out.String(), "--token-file")
	require.Empty(t, errs.String())

	out.Reset()
	require.Equal(t, 1, run(t.Context(), []string{"phone", "--sender", "pigeon"}, &out, &errs))
	require.Contains(t, errs.String(), `cnsms: --gateway: want the URL`)
	require.Contains(t, errs.String(), `--sender: "pigeon" is unknown`)
	require.Empty(t, out.String(), "no page of flags hides the error")
}
