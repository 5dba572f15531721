package guard_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
)

// BenchmarkReserve is a decision in memory, each for another person on a site that
// verifies what it sends. The floor is the digests that no decision can do without;
// "×floor" is how many times as long a decision takes.
func BenchmarkReserve(b *testing.B) {
	now := time.Now()
	g, err := guard.New(guard.Config{Key: secret, Now: func() time.Time { return now }})
	require.NoError(b, err)
	w := &world{}
	people := make([]guard.Request, 4096)
	for i := range people {
		people[i] = w.request()
	}
	var spent time.Duration
	for n := 0; b.Loop(); n++ {
		now = now.Add(time.Second)
		start := time.Now()
		d, err := g.Reserve(b.Context(), people[n%len(people)])
		spent += time.Since(start)
		require.NoError(b, err)
		if d.Ticket != "" {
			require.NoError(b, g.Verified(b.Context(), d.Ticket))
		}
	}
	floor := digests(b.N, people)
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/decision")
	b.ReportMetric(float64(spent)/float64(floor), "×floor")
}

func digests(n int, people []guard.Request) time.Duration {
	start := time.Now()
	mac := hmac.New(sha256.New, secret)
	for i := range n {
		r := people[i%len(people)]
		for _, text := range []string{r.Phone.E164(), r.Client.String(), r.Session, r.Purpose, "prefix", "segment", "carrier"} {
			mac.Reset()
			mac.Write([]byte(text))
			mac.Sum(nil)
		}
	}
	return time.Since(start)
}
