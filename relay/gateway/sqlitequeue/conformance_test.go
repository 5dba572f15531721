package sqlitequeue_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/queuetest"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, func(t *testing.T) queuetest.Open {
		t.Helper()
		path := filepath.Join(t.TempDir(), "queue.db")
		return func(t *testing.T) (gateway.Queue, func()) {
			t.Helper()
			queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
			require.NoError(t, err)
			return queue, func() { require.NoError(t, queue.Close()) }
		}
	})
}

func TestPrincipals(t *testing.T) {
	t.Parallel()
	queuetest.RunPrincipals(t, func(t *testing.T) queuetest.OpenPrincipals {
		t.Helper()
		path := filepath.Join(t.TempDir(), "queue.db")
		return func(t *testing.T) (gateway.Principals, func()) {
			t.Helper()
			queue, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
			require.NoError(t, err)
			return queue.Principals(), func() { require.NoError(t, queue.Close()) }
		}
	})
}
