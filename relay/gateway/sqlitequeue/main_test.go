package sqlitequeue_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain turns the test program into the victim of TestKill when that test
// starts it, and otherwise checks that no goroutine outlives its queue.
func TestMain(m *testing.M) {
	if path := os.Getenv(victimFile); path != "" {
		beVictim(path)
		os.Exit(1) // it should have been killed
	}
	goleak.VerifyTestMain(m)
}
