package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

var codePattern = regexp.MustCompile(`[0-9]{6}`)

// codeIn is the code that a user reads in a text.
func codeIn(body string) string { return codePattern.FindString(body) }

// user is somebody who verifies a number.
type user struct {
	*world
	n       int
	number  string
	purpose string
	name    string // stands in the text, which is a long one with some
	random  *rand.Rand
	inbox   chan string

	reachable  bool // the phone is on
	patient    bool // types what comes, and does not give up
	slow       bool // types it after a minute or two
	challenged int  // how many challenges it was asked to solve

	began, verified time.Time
	failure         error
}

func (w *world) newUser(n int) *user {
	number := fmt.Sprintf("+861%d%08d", 30+n%70, (w.seed*1000+uint64(n))*7_654_321%100_000_000)
	u := &user{world: w, n: n, number: number, random: w.luck(number, 0), inbox: make(chan string, 32), purpose: "login"}
	if u.random.IntN(3) == 0 {
		u.purpose = "reset"
	}
	u.name = strings.Repeat("王", 1+u.random.IntN(4))
	if u.chance(10) {
		u.name = strings.Repeat("王", 40+u.random.IntN(20))
	}
	u.reachable, u.patient = u.random.IntN(100) >= 3, u.random.IntN(100) >= 4
	u.slow = u.random.IntN(100) < 4
	return u
}

// chance is true in that many of a hundred cases.
func (u *user) chance(percent int) bool { return u.random.IntN(100) < percent }

func (u *user) request() otp.StartRequest {
	return otp.StartRequest{
		Purpose: u.purpose, Phone: strings.TrimPrefix(u.number, "+86"), Binding: "session " + u.number,
		Params: provider.Params{"name": u.name}, Solution: u.solution(),
		Client: fmt.Sprintf("36.%d.%d.%d", 10+u.n/200, u.n%200, u.seed),
	}
}

// live asks for a code and uses it, as people do.
func (u *user) live() {
	u.began = time.Now()
	ctx, end := context.WithTimeout(u.ctx(), 9*time.Minute)
	defer end()
	v, err := u.start(ctx)
	if err != nil {
		u.failure = err
		return
	}
	leave, cancels := make(<-chan time.Time), u.chance(50)
	if !u.patient {
		leave = time.After(between(u.random, time.Second, 40*time.Second))
	}
	for {
		resend := max(v.ResendAfter, 0) + between(u.random, 500*time.Millisecond, 2*time.Second)
		select {
		case code := <-u.inbox:
			if u.types(ctx, v.ID, code) {
				u.verified = time.Now()
				return
			}
		case <-time.After(resend):
			again, err := u.codes.Resend(ctx, otp.ResendRequest{
				ID: v.ID, Purpose: u.purpose, Binding: "session " + u.number, Client: u.request().Client, Solution: u.solution(),
			})
			v.ResendAfter = u.wait(again, err)
		case <-leave:
			if cancels {
				u.failure = u.codes.Cancel(ctx, v.ID, u.purpose, "session "+u.number)
			}
			return
		case <-ctx.Done():
			return
		}
	}
}

// wait is when to ask for a text again.
func (u *user) wait(v otp.Verification, err error) time.Duration {
	var e *otp.Error
	switch {
	case err == nil:
		return v.ResendAfter
	case errors.Is(err, otp.TimeOver), errors.Is(err, otp.NoSends), errors.Is(err, otp.HasArrived):
		return time.Hour
	case errors.Is(err, otp.ChallengeWanted):
		u.challenged++
	case errors.As(err, &e) && max(e.RetryAfter, e.ResendAfter) > 0:
		return max(e.RetryAfter, e.ResendAfter)
	}
	return 3 * time.Second
}

// solution answers the challenge that the user was asked to solve, if any.
func (u *user) solution() string {
	if u.challenged == 0 {
		return ""
	}
	return fmt.Sprint(u.number, " ", u.challenged)
}

// start asks for the first text, sometimes twice at once, and again when it is refused.
func (u *user) start(ctx context.Context) (v otp.Verification, err error) {
	var double sync.WaitGroup
	if asked := u.request(); u.chance(5) {
		double.Go(func() { _, _ = u.codes.Start(ctx, asked) })
	}
	defer double.Wait()
	for range 5 {
		if v, err = u.codes.Start(ctx, u.request()); err == nil {
			return v, nil
		}
		pause(min(u.wait(v, err), 20*time.Second))
	}
	return v, err
}

// types types a code, sometimes wrong at first, and sends it off, sometimes twice at once.
func (u *user) types(ctx context.Context, id, code string) bool {
	pause(between(u.random, time.Second, 6*time.Second))
	if u.slow {
		pause(between(u.random, time.Minute, 2*time.Minute))
	}
	request := otp.CheckRequest{ID: id, Purpose: u.purpose, Binding: "session " + u.number, Code: code}
	if u.chance(5) {
		request.Code = strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
		_, _ = u.codes.Check(ctx, request)
		pause(3 * time.Second)
		request.Code = code
	}
	clicks := 1
	if u.chance(5) {
		clicks = 3
	}
	var mu sync.Mutex
	approvals := 0
	together(clicks, func(int) {
		if _, err := u.codes.Check(ctx, request); err == nil {
			mu.Lock()
			defer mu.Unlock()
			approvals++
		}
	})
	u.mu.Lock()
	defer u.mu.Unlock()
	u.fate(id).approvals += approvals
	return approvals > 0
}

// inTime reports whether the user counts, and whether the number was verified in time.
func (u *user) inTime() (counts, inTime bool) {
	return u.reachable && u.patient && !u.slow, !u.verified.IsZero() && u.verified.Sub(u.began) <= time.Minute
}

var _ provider.Wrapper = spy{}
