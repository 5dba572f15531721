package adapter

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestR4RetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 21, 3, 30, 0, 0, time.UTC)
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"spaces around", " 50\t", 50 * time.Second},
		{"leading zeros", "007", 7 * time.Second},
		{"none", "", 0},
		{"nothing", "0", 0},
		{"a date", "Sat, 21 Nov 2026 03:30:07 GMT", 7 * time.Second},
		{"a date of the older form", "Saturday, 21-Nov-26 03:31:00 GMT", time.Minute},
		{"a date of C", "Sat Nov 21 03:31:00 2026", time.Minute},
		{"a date that is over", "Fri, 31 Dec 1999 23:59:59 GMT", 0},
		{"a date far away", "Fri, 31 Dec 9999 23:59:59 GMT", 24 * time.Hour},
		{"a day", "86400", 24 * time.Hour},
		{"more than a day", "86401", 24 * time.Hour},
		{"more than fits", "99999999999999999999999", 24 * time.Hour},
		{"negative", "-1", 0},
		{"a fraction", "1.5", 0},
		{"a sign", "+7", 0},
		{"words", "soon", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Retry-After": {tt.value}}
			for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
				require.Equal(t, tt.want, retryAfter(status, header, func() time.Time { return now }))
			}
			require.Zero(t, retryAfter(http.StatusOK, header, func() time.Time { return now }), "only two statuses mean that")
		})
	}
}
