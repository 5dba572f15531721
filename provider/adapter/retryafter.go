package adapter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestWait is the longest Retry-After that is believed.
const longestWait = 24 * time.Hour

// retryAfter is how long a reply asks to wait: a number of seconds or a date, under
// the two statuses that mean "later". A longer wait than a day is cut to a day; one
// that is over, or that nobody can read, is none.
func retryAfter(status int, header http.Header, now func() time.Time) time.Duration {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return 0
	}
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if IsDigits(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(longestWait/time.Second) {
			return longestWait
		}
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now()), 0), longestWait)
}
