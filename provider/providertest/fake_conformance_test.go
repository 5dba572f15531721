package providertest_test

import (
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

// fakeHarness runs the suite on what newFake builds.
func fakeHarness(newFake func(name string, templates provider.Templates, now func() time.Time) provider.Provider) providertest.Harness {
	return providertest.Harness{
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return newFake("fake", e.Templates.Clone(), e.Now), nil
		},
		Message:   toyMessage,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	}
}

func TestFakeConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, fakeHarness(func(name string, templates provider.Templates, now func() time.Time) provider.Provider {
		return &providertest.Fake{ProviderName: name, Templates: templates, Now: now}
	}))
}

func TestVerifyFakeConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, fakeHarness(func(name string, templates provider.Templates, now func() time.Time) provider.Provider {
		return &providertest.VerifyFake{Fake: providertest.Fake{ProviderName: name, Templates: templates, Now: now}}
	}))
}

func TestBalanceFakeConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, fakeHarness(func(name string, templates provider.Templates, now func() time.Time) provider.Provider {
		return &providertest.BalanceFake{Fake: providertest.Fake{ProviderName: name, Templates: templates, Now: now}, Amount: "12.50"}
	}))
}

func TestStatusFakeConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, fakeHarness(func(name string, templates provider.Templates, now func() time.Time) provider.Provider {
		return &providertest.StatusFake{Fake: providertest.Fake{ProviderName: name, Templates: templates, Now: now}}
	}))
}
