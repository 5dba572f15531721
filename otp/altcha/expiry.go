package altcha

import (
	"strconv"
	"time"

	lib "github.com/altcha-org/altcha-lib-go"
)

// expiry reads the end of a challenge from its salt, which the signature covers. A
// challenge without an end is no challenge of ours.
func expiry(p lib.Payload) (time.Time, error) {
	params := lib.ExtractParams(p)
	seconds, err := strconv.ParseInt(params.Get("expires"), 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(seconds, 0), nil
}
