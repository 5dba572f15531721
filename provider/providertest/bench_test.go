package providertest_test

import (
	"testing"

	"github.com/cnsms/cnsms/provider/providertest"
)

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, toyHarness(flaw{})) }
