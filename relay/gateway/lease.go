package gateway

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// A phone keeps a job to the pull that got it for a tenth of the lease, and a second at most:
// by then the response has come, or is lost.
const (
	shareOfLease = 10
	longestShare = time.Second
)

// AgainAt returns when a job that a phone holds may be offered to that phone again: a
// tenth of the lease after the offer, a second at most. Until then other pulls of the phone, and other
// devices with its token, get other jobs. After that the response to the first pull may
// have been lost.
func (j Job) AgainAt(p Pull) time.Time {
	offered := j.LeaseEnd.Add(-p.LeaseFor) // earlier than the offer, if the lease ends with the job
	for _, t := range slices.Backward(j.History) {
		if t.State == relayapi.StateOffered && !t.Late {
			if t.At.After(offered) {
				offered = t.At.Time
			}
			break
		}
	}
	return offered.Add(min(p.LeaseFor/shareOfLease, longestShare))
}

// heldBy reports whether a phone has a lease on the job that has not ended.
func (j Job) heldBy(phone string, now time.Time) bool {
	return j.State == relayapi.StateOffered && j.Phone == phone && now.Before(j.LeaseEnd)
}

// The leases of one holding are numbered: "abc", "abc.2", "abc.3". The job has the latest,
// so that however often it is offered again, it need not keep a list.

// nextLease returns the lease after a lease.
func nextLease(lease string) string {
	stem, number := splitLease(lease)
	return stem + "." + strconv.Itoa(number+1)
}

// splitLease returns the number of a lease, and what the leases of its holding have in
// common. What has no number is the first.
func splitLease(lease string) (stem string, number int) {
	if at := strings.LastIndexByte(lease, '.'); at >= 0 {
		if number, err := strconv.Atoi(lease[at+1:]); err == nil && number > 1 && lease == lease[:at+1]+strconv.Itoa(number) {
			return lease[:at], number
		}
	}
	return lease, 1
}

// hasLease reports whether a lease is one of the job's: while no phone has taken it, one
// of those of its phone; then the one under which it was taken.
func (j Job) hasLease(lease string) bool {
	if !j.Open() {
		return lease == j.Lease
	}
	stem, latest := splitLease(j.Lease)
	named, number := splitLease(lease)
	return stem == named && number <= latest
}
