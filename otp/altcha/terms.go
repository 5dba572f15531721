package altcha

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	lib "github.com/altcha-org/altcha-lib-go"
)

// terms reads what a challenge holds for from its salt, which the signature covers: the
// site and the end. A challenge without an end, or that says one of them twice, is
// none of ours.
func terms(p lib.Payload) (site string, end time.Time, err error) {
	_, query, _ := strings.Cut(p.Salt, "?")
	params, err := url.ParseQuery(query)
	if err != nil {
		return "", time.Time{}, err
	}
	if len(params["expires"]) != 1 || len(params["site"]) != 1 {
		return "", time.Time{}, ErrToken
	}
	seconds, err := strconv.ParseInt(params.Get("expires"), 10, 64)
	return params.Get("site"), time.Unix(seconds, 0), err
}
