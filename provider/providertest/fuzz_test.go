package providertest_test

import (
	"testing"

	"github.com/cnsms/cnsms/provider/providertest"
)

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, toyHarness(flaw{})) }
