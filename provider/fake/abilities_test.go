package fake_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// abilities tells whether a provider has an optional interface.
var abilities = map[string]func(p provider.Provider) bool{
	"Verifier":      has[provider.Verifier],
	"BalanceReader": has[provider.BalanceReader],
	"StatusReader":  has[provider.StatusReader],
	"BatchSender":   has[provider.BatchSender],
	"ReportPuller":  has[provider.ReportPuller],
	"ReportParser":  has[provider.ReportParser],
	"CaptchaIssuer": has[provider.CaptchaIssuer],
}

func has[T any](p provider.Provider) bool {
	_, ok := provider.As[T](p)
	return ok
}

// tencentLike is made as the package comment says.
type tencentLike struct {
	*fake.BatchSender
	provider.StatusReader
}

// What a fake can do besides sending is exactly what its type says.
func TestU4Abilities(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		sms  provider.Provider
		want []string
	}{
		{"Provider", &fake.Provider{}, nil},
		{"Verifier", &fake.Verifier{}, []string{"Verifier"}},
		{"BalanceReader", &fake.BalanceReader{}, []string{"BalanceReader"}},
		{"StatusReader", &fake.StatusReader{}, []string{"StatusReader"}},
		{"BatchSender", &fake.BatchSender{}, []string{"BatchSender"}},
		{"ReportPuller", &fake.ReportPuller{}, []string{"ReportPuller"}},
		{"ReportParser", &fake.ReportParser{}, []string{"ReportParser"}},
		{"CaptchaIssuer", &fake.CaptchaIssuer{}, []string{"CaptchaIssuer"}},
		{"several", tencentLike{&fake.BatchSender{}, &fake.StatusReader{}}, []string{"BatchSender", "StatusReader"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var found []string
			for name, in := range abilities {
				if in(test.sms) {
					found = append(found, name)
				}
			}
			slices.Sort(found)
			require.Equal(t, test.want, found)
		})
	}
}

func TestU4AbilitiesAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	batches, statuses, queue, puzzles := &fake.BatchSender{}, &fake.StatusReader{}, &fake.ReportPuller{}, &fake.CaptchaIssuer{}
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		pulled int
	)
	for range 20 {
		wg.Go(func() {
			results, err := batches.SendBatch(t.Context(), login(provider.Phone{}, "111111"), []provider.Phone{anna, otherOne})
			if err != nil || len(results) != 2 {
				t.Errorf("batch: %d results, %v", len(results), err)
			}
			statuses.SetStatus("fake-1", provider.Status{State: provider.StateSent})
			if status, err := statuses.ReadStatus(t.Context(), provider.Receipt{ID: "fake-1"}); err != nil || status.State != provider.StateSent {
				t.Errorf("status: %v, %v", status.State, err)
			}
			captcha, err := puzzles.IssueCaptcha(t.Context())
			if err != nil {
				t.Errorf("captcha: %v", err)
			}
			if _, err := puzzles.SolveCaptcha(t.Context(), captcha.Token, "1234"); err != nil {
				t.Errorf("captcha: %v", err)
			}
			queue.AddReports(provider.Report{ID: "fake-1"})
			reports, err := queue.PullReports(t.Context(), provider.ReportDelivery, 0)
			if err != nil {
				t.Errorf("reports: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			pulled += len(reports)
		})
	}
	wg.Wait()
	batches.ExpectCount(t, 40)
	require.Equal(t, 20, pulled, "each report is pulled once")
}
