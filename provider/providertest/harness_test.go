package providertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestHarnessReportsEveryProblem(t *testing.T) {
	t.Parallel()
	err := providertest.ValidateHarness(providertest.Harness{
		Service: func(testing.TB) sim.Service { return toyService{} },
		Members: -1,
		Foreign: toyMessage.To,
		Secrets: []string{"short"},
		Skip:    map[string]string{"receipt": "do not like it"},
	})
	for _, part := range []string{
		"Harness.New: must not be nil",
		"Harness.Message: send: recipient: To: no phone number",
		"Harness.Members: must not be negative",
		"Harness.Foreign: want a number outside mainland China",
		"Harness.Secrets[0]: want 6 characters or more",
		`Harness.Skip: "receipt" guards what makes a provider safe to use and cannot be skipped`,
	} {
		require.ErrorContains(t, err, part)
	}
}

func TestHarnessSkip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, skip, reason, problem string
	}{
		{"unknown case", "recipt", "typing error", `Harness.Skip: no case is called "recipt"`},
		{"no reason", "surplus-parameter", " ", `Harness.Skip["surplus-parameter"]: want a reason`},
		{"fine", "surplus-parameter", "the service ignores them", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := toyHarness(flaw{})
			h.Skip = map[string]string{test.skip: test.reason}
			err := providertest.ValidateHarness(h)
			if test.problem == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.problem)
		})
	}
}
