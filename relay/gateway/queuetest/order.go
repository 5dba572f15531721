package queuetest

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// waits makes a site wait for the text; the job expires with the wait.
func waits(d time.Duration) func(*gateway.Submit) {
	return func(s *gateway.Submit) { s.Wait, s.Deadline = d, s.Now.Add(d) }
}

// expiresAfter gives a job for which nobody waits a deadline.
func expiresAfter(d time.Duration) func(*gateway.Submit) {
	return func(s *gateway.Submit) { s.Deadline = s.Now.Add(d) }
}

// wantOrder pulls and wants exactly these jobs, in this order.
func (b *bench) wantOrder(rule string, p gateway.Pull, want ...gateway.Job) {
	b.Helper()
	offered, err := b.queue.Offer(b.Context(), p)
	b.noError(err, "offer")
	if ids := func(jobs []gateway.Job) (all []string) {
		for _, job := range jobs {
			all = append(all, job.ID)
		}
		return all
	}; !slices.Equal(ids(offered.Jobs), ids(want)) {
		b.Fatalf("%s: got %v, want %v", rule, ids(offered.Jobs), ids(want))
	}
}

// pullMany is a pull of a phone that needs so long for a text.
func (b *bench) pullMany(name string, most int, pace time.Duration) gateway.Pull {
	p := b.pull(name)
	p.Max, p.Pace = most, map[string]time.Duration{lane: pace}
	return p
}

var orderCases = []testCase{
	{"what is due first goes first", func(b *bench) {
		minute, second := b.submit(waits(time.Minute)), b.submit(waits(10*time.Second))
		hour, half := b.submit(expiresAfter(time.Hour)), b.submit(expiresAfter(30*time.Second))
		p := b.pull(phone)
		p.Max = 10
		b.wantOrder("least time left first", p, second, half, minute, hour)
	}},
	{"a site's patience counts, not only the deadline", func(b *bench) {
		long := b.submit(expiresAfter(20 * time.Second))
		impatient := b.submit(waits(10*time.Second), expiresAfter(time.Hour))
		b.wantOrder("least time left first", b.pull(phone), impatient)
		b.wantOrder("then the other", b.pull("other"), long)
	}},
	{"a dropped offer goes first", func(b *bench) {
		dropped := b.submit(expiresAfter(time.Hour))
		b.offerOne(phone)
		b.submit(waits(time.Minute))
		b.pass(lease)
		b.wantOrder("it has waited for long", b.pull("other"), dropped)
	}},
	{"a job that was given back keeps its place", func(b *bench) {
		b.seen("other", lane)
		job := b.taken()
		b.pass(time.Second)
		b.submit()
		b.fail(job, "limit")
		b.wantOrder("older jobs go first", b.pull("other"), job)
	}},
	{"a repetition that waits longer has the job wait longer", func(b *bench) {
		again := func(wait time.Duration) gateway.Job {
			return b.submit(withKey("k"), func(s *gateway.Submit) { s.Wait = wait })
		}
		first := again(3 * time.Second)
		other := b.submit(waits(8 * time.Second))
		b.wantOrder("a late text is of no use", b.pullMany(phone, 1, 5*time.Second), other)
		b.pass(2 * time.Second)
		if job := again(10 * time.Second); job.ID != first.ID || !job.AnswerBy.Equal(b.now.Add(10*time.Second)) || job.Version != 2 {
			b.Fatalf("a longer wait is stored, as a new version: got %+v", job)
		}
		b.pass(5 * time.Second)
		for _, shorter := range []time.Duration{time.Second, 0} {
			if job := again(shorter); job.Version != 2 {
				b.Fatalf("a shorter wait changes nothing: got %+v", job)
			}
		}
		b.wantOrder("the site still waits", b.pullMany("other", 1, 5*time.Second), first)
		if job := b.job(first.ID); !job.AnswerBy.Equal(first.Created.Add(12 * time.Second)) {
			b.Fatalf("the longest wait counts: got %+v", job)
		}
	}},
	{"a repetition does not make a job impatient", func(b *bench) {
		first := b.submit(withKey("k"))
		again := b.submit(withKey("k"), func(s *gateway.Submit) { s.Wait = time.Second })
		b.pass(2 * time.Second)
		if again.Waits() {
			b.Fatalf("a job that was accepted without a wait goes on until its deadline: got %+v", again)
		}
		b.wantOrder("its deadline has not come", b.pull(phone), first)
	}},
	{"what cannot be sent in time is not handed out", func(b *bench) {
		first := b.submit(waits(3 * time.Second))
		later := b.submit(waits(5 * time.Second))
		nobody := b.submit(expiresAfter(4 * time.Second))
		b.pass(time.Second + time.Millisecond)
		b.wantOrder("a late text is of no use", b.pullMany(phone, 10, 2*time.Second), nobody)
		b.wantOrder("a quicker phone", b.pullMany("other", 1, 1999*time.Millisecond), first)
		b.pass(-time.Millisecond)
		b.wantOrder("a text that is just in time", b.pullMany("third", 1, 4*time.Second), later)
	}},
	{"a phone gets no more than it can send in time", func(b *bench) {
		first, second := b.submit(waits(3*time.Second)), b.submit(waits(3*time.Second))
		b.submit(waits(3 * time.Second))
		b.wantOrder("each waits for those before", b.pullMany(phone, 10, 1500*time.Millisecond), first, second)
	}},
}

// patient submits a job whose site waits for three seconds, on a lane whose phones need
// half a second for a text.
func patient(s *gateway.Submit) {
	waits(3 * time.Second)(s)
	s.Pace, s.TakenFor = time.Second/2, takenFor
}

// busy submits a patient job and wants it refused.
func (b *bench) busy(retryAfter time.Duration) {
	b.Helper()
	s := b.submission(patient)
	_, err := b.queue.Submit(b.Context(), s)
	b.wantError(err, gateway.ErrLaneBusy, "what cannot be sent in time is refused at once")
	if want := (&gateway.BusyError{RetryAfter: retryAfter}).Error(); err.Error() != want {
		b.Fatalf("the refusal says when to come again: got %q, want %q", err, want)
	}
	_, err = b.queue.Job(b.Context(), s.ID, b.now)
	b.wantError(err, gateway.ErrUnknownJob, "a refused job is not stored")
}

var busyCases = []testCase{
	{"a lane takes what its phones can send in time", func(b *bench) {
		for range 6 {
			b.submit(patient)
		}
		b.busy(time.Second / 2)
	}},
	{"two phones take twice as much", func(b *bench) {
		b.seen("other", lane)
		for range 11 {
			b.submit(patient)
		}
		b.busy(time.Second / 4)
	}},
	{"taken and offered jobs count, until their phones have said nothing for as long as a site waits", func(b *bench) {
		for range 6 {
			b.submit(patient)
		}
		r := b.report(b.offer(phone).Jobs[0], "taken")
		r.TakenFor = takenFor
		_, err := b.queue.Record(b.Context(), r)
		b.noError(err, "record")
		b.busy(time.Second / 2)
		b.pass(3 * time.Second)
		b.submit(patient)
	}},
	{"jobs that are due later do not count", func(b *bench) {
		for range 20 {
			b.submit(expiresAfter(time.Minute))
		}
		for range 6 {
			b.submit(patient)
		}
		b.busy(time.Second / 2)
	}},
	{"jobs of other lanes, sent, cancelled and expired ones do not count", func(b *bench) {
		b.seen(phone, lane, "mob")
		for range 6 {
			b.submit(patient, func(s *gateway.Submit) { s.Lane = "mob" })
			b.cancel(b.submit(patient).ID)
			b.submit(patient)
			b.record(b.record(b.offer(phone).Jobs[0], "taken"), "sent")
		}
		for range 6 {
			b.submit(patient, expiresAfter(time.Second))
		}
		b.pass(time.Second)
		b.submit(patient)
	}},
	{"who does not wait is never refused, nor where the pace is not known", func(b *bench) {
		for range 20 {
			b.submit(patient, func(s *gateway.Submit) { s.Wait = 0 })
			b.submit(patient, func(s *gateway.Submit) { s.Pace = 0 })
		}
	}},
	{"cooled phones send nothing", func(b *bench) {
		b.seen("other", lane)
		b.failed("invalid_number")
		b.failed("limit", mayHaveSent)
		for range 6 {
			b.submit(patient)
		}
		b.busy(time.Second / 2)
	}},
	{"a repeated key is no new job", func(b *bench) {
		first := b.submit(patient, withKey("k"))
		for range 5 {
			b.submit(patient)
		}
		if again := b.submit(patient, withKey("k")); again.ID != first.ID {
			b.Fatal("a known key returns its job however busy the lane is")
		}
	}},
}
