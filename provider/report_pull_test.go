package provider_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// halfway pulls as many reports as it may, and then fails.
type halfway struct{ plain }

func (h *halfway) PullReports(_ context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	return slices.Repeat([]provider.Report{{Provider: h.name, Kind: kind}}, limit), provider.KindUnavailable
}

func TestPullReportsAsksEveryone(t *testing.T) {
	t.Parallel()
	first, broken := newAble("first"), newAble("broken")
	broken.failure = &provider.Error{Provider: "broken", Op: provider.OpReports, Kind: provider.KindUnavailable}
	reports, err := provider.PullReports(t.Context(), tree(broken, first), provider.ReportReply, 10)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Equal(t, []provider.Report{{Provider: "first", Kind: provider.ReportReply}}, reports)

	reports, err = provider.PullReports(t.Context(), first, provider.ReportDelivery, 0)
	require.NoError(t, err)
	require.Len(t, reports, 1)
}

// Reports that were pulled are gone from the queue, so none is dropped for an
// error behind them.
func TestPullReportsKeepsWhatCameBeforeAnError(t *testing.T) {
	t.Parallel()
	reports, err := provider.PullReports(t.Context(), tree(&halfway{plain{"halfway"}}), provider.ReportReply, 3)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Len(t, reports, 3)
}
