package queuetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func withKey(key string) func(*gateway.Submit) {
	return func(s *gateway.Submit) { s.Key, s.Content = key, "digest" }
}

var errRefused = errors.New("refused")

var submitCases = []testCase{
	{"a submission to refuse stores nothing and gets the job of a used key", func(b *bench) {
		s := b.submission(withKey("k"))
		s.Refuse = errRefused
		_, err := b.queue.Submit(b.Context(), s)
		b.wantError(err, errRefused, "a new job is refused")
		first := b.submission(withKey("k"))
		submitted, err := b.queue.Submit(b.Context(), first)
		b.noError(err, "a refused submission uses no key up")
		s.ID = b.unique("job")
		again, err := b.queue.Submit(b.Context(), s)
		b.noError(err, "a used key is no new job")
		if again.New || again.Job.ID != submitted.Job.ID {
			b.Fatalf("a used key is the job of the key: got %+v", again)
		}
	}},
	{"a submitted job reads back whole", func(b *bench) {
		s := b.submission()
		s.Key = "key"
		submitted, err := b.queue.Submit(b.Context(), s)
		b.noError(err, "submit")
		if !submitted.New {
			b.Fatal("a new job is reported as new")
		}
		for _, job := range []gateway.Job{submitted.Job, b.job(s.ID)} {
			want := gateway.Job{
				ID: s.ID, Site: s.Site, Key: s.Key, Content: s.Content, To: s.To, Text: s.Text, Ref: s.Ref, Lane: s.Lane,
				Version: 1, State: relayapi.StateQueued, Created: s.Now, Deadline: s.Deadline,
			}
			history := job.History
			job.History = nil
			if fmt.Sprintf("%#v", job) != fmt.Sprintf("%#v", want) || job.To != want.To || job.Text != want.Text {
				b.Fatalf("a job comes back as it was submitted:\n got %+v\nwant %+v", job, want)
			}
			job.History = history
			b.wantHistory(job, "queued by site shop")
			if !history[0].At.Equal(b.now) {
				b.Fatalf("a transition carries its time: got %v, want %v", history[0].At, b.now)
			}
		}
	}},
	{"texts survive whatever characters they have", func(b *bench) {
		text := relayapi.Text("【商店】'验证码'\n\"824913\" \\ 😀 %s ?")
		job := b.submit(func(s *gateway.Submit) { s.Text = text })
		if got := b.job(job.ID).Text; got != text {
			b.Fatalf("a text comes back word for word: got %q", string(got))
		}
		if got := b.offerOne(phone).Text; got != text {
			b.Fatalf("a phone gets the text word for word: got %q", string(got))
		}
	}},
	{"a repeated key is the same job", func(b *bench) {
		first := b.submit(withKey("k"))
		s := b.submission()
		s.Key, s.Content = "k", "digest"
		again, err := b.queue.Submit(b.Context(), s)
		b.noError(err, "submit")
		if again.New || again.Job.ID != first.ID {
			b.Fatalf("the same key gives the same job: got new=%v id=%s, want %s", again.New, again.Job.ID, first.ID)
		}
		if n := len(b.offer(phone).Jobs); n != 1 {
			b.Fatalf("a repeated key stores nothing: %d jobs", n)
		}
	}},
	{"a repeated key shows how far the job is", func(b *bench) {
		first := b.taken(withKey("k"))
		b.pass(ttl)
		again := b.submit(withKey("k"))
		if again.ID != first.ID || again.State != relayapi.StateTaken {
			b.Fatalf("the same key gives the job as it is now: got %s", again.State)
		}
	}},
	{"a repeated key shows that the job has expired", func(b *bench) {
		b.submit(withKey("k"))
		b.pass(ttl)
		if again := b.submit(withKey("k")); again.State != relayapi.StateExpired {
			b.Fatalf("the same key gives the job as it is now: got %s", again.State)
		}
	}},
	{"a key with other content is refused", func(b *bench) {
		b.submit(withKey("k"))
		b.refused(gateway.ErrContentDiffers, "one key names one content", func(s *gateway.Submit) {
			s.Key, s.Content = "k", "another digest"
		})
	}},
	{"keys of two sites never meet", func(b *bench) {
		first := b.submit(withKey("k"))
		second := b.submit(withKey("k"), func(s *gateway.Submit) { s.Site, s.Content = "forum", "another digest" })
		if first.ID == second.ID {
			b.Fatal("a key belongs to its site")
		}
	}},
	{"jobs without a key are all different", func(b *bench) {
		first, second := b.submit(), b.submit(func(s *gateway.Submit) { s.Content = "digest" })
		if first.ID == second.ID {
			b.Fatal("no key means no repetition")
		}
	}},
	{"an unknown job is unknown", func(b *bench) {
		_, err := b.queue.Job(b.Context(), "nothing", b.now)
		b.wantError(err, gateway.ErrUnknownJob, "an unknown id")
	}},
	{"an ended context is visible in every call", func(b *bench) {
		job := b.offerOneOf(b.submit())
		ctx := b.ended()
		calls := map[string]func(ctx context.Context) error{
			"Submit": func(ctx context.Context) error { _, err := b.queue.Submit(ctx, b.submission()); return err },
			"Job":    func(ctx context.Context) error { _, err := b.queue.Job(ctx, job.ID, b.now); return err },
			"Cancel": func(ctx context.Context) error { _, err := b.queue.Cancel(ctx, b.cancellation(job.ID)); return err },
			"CancelKey": func(ctx context.Context) error {
				_, err := b.queue.CancelKey(ctx, gateway.KeyCancellation{Site: site, Key: "k", ID: b.unique("job"), Now: b.now})
				return err
			},
			"Offer": func(ctx context.Context) error { _, err := b.queue.Offer(ctx, b.pull(phone)); return err },
			"Record": func(ctx context.Context) error {
				_, err := b.queue.Record(ctx, b.report(job, relayapi.StateTaken))
				return err
			},
			"Seen":  func(ctx context.Context) error { return b.queue.Seen(ctx, gateway.Presence{Phone: phone, At: b.now}) },
			"Sweep": func(ctx context.Context) error { _, err := b.queue.Sweep(ctx, gateway.Sweep{Now: b.now}); return err },
			"Check": b.queue.Check,
			"List": func(ctx context.Context) error {
				_, err := b.queue.List(ctx, gateway.Filter{Limit: 1, Now: b.now})
				return err
			},
			"Counts": func(ctx context.Context) error { _, err := b.queue.Counts(ctx, b.now); return err },
			"Phones": func(ctx context.Context) error { _, err := b.queue.Phones(ctx, b.now); return err },
		}
		for name, call := range calls {
			b.wantError(call(ctx), context.Canceled, name+" with an ended context")
		}
	}},
	{"a job prints without number and text", func(b *bench) {
		job := b.submit(func(s *gateway.Submit) { s.To = number })
		for _, printed := range []string{fmt.Sprintf("%+v", job), fmt.Sprintf("%#v", b.job(job.ID))} {
			if strings.Contains(printed, "13800138000") || strings.Contains(printed, "824913") {
				b.Fatalf("numbers and texts are never printed: %s", printed)
			}
		}
	}},
	{"a healthy queue says so", func(b *bench) {
		b.submit()
		b.noError(b.queue.Check(b.Context()), "check")
	}},
}

// offerOneOf has a submitted job offered to the phone.
func (b *bench) offerOneOf(gateway.Job) gateway.Job { return b.offerOne(phone) }

var presenceCases = []testCase{
	{"without a phone nothing is stored", func(b *bench) {
		b.pass(2 * interval)
		b.refused(gateway.ErrNoPhoneOnline, "without a phone online a submission is refused at once")
	}},
	{"a phone is online until two intervals are over", func(b *bench) {
		b.pass(2*interval - time.Millisecond)
		b.submit()
		b.pass(time.Millisecond)
		b.refused(gateway.ErrNoPhoneOnline, "two intervals of silence are offline")
	}},
	{"a phone is online on its lanes only", func(b *bench) {
		b.refused(gateway.ErrNoPhoneOnline, "presence is per lane", func(s *gateway.Submit) { s.Lane = "mob" })
		b.seen("other", "mob")
		b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
	}},
	{"one phone of several is enough", func(b *bench) {
		b.pass(interval)
		b.seen("other", lane)
		b.pass(interval)
		b.submit()
	}},
	{"a call without lanes refreshes those of the last pull", func(b *bench) {
		b.seen(phone, lane, "mob")
		b.pass(interval)
		b.noError(b.queue.Seen(b.Context(), gateway.Presence{Phone: phone, At: b.now}), "seen")
		b.pass(interval)
		b.submit()
		b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		b.pass(interval)
		b.refused(gateway.ErrNoPhoneOnline, "the interval of the last pull goes on counting")
	}},
	{"a call of an unknown phone without lanes means nothing", func(b *bench) {
		b.pass(2 * interval)
		b.noError(b.queue.Seen(b.Context(), gateway.Presence{Phone: "stranger", At: b.now}), "seen")
		b.refused(gateway.ErrNoPhoneOnline, "a phone that never pulled serves no lane")
	}},
	{"a phone counts on as many lanes as one pull can name", func(b *bench) {
		onLane := func(name string) func(*gateway.Submit) { return func(s *gateway.Submit) { s.Lane = name } }
		for i := range relayapi.MaxLanes + 1 {
			b.seen("other", fmt.Sprintf("lane-%d", i))
			b.pass(time.Millisecond)
		}
		b.refused(gateway.ErrNoPhoneOnline, "the lane named longest ago goes", onLane("lane-0"))
		b.submit(onLane("lane-1"))
		b.submit(onLane(fmt.Sprintf("lane-%d", relayapi.MaxLanes)))
	}},
	{"a clock that is set back does not keep a phone online", func(b *bench) {
		b.pass(time.Hour)
		b.seen(phone, lane)
		b.pass(-time.Hour)
		b.refused(gateway.ErrNoPhoneOnline, "no phone has called by this clock")
		b.seen(phone, lane)
		b.submit()
		b.pass(2 * interval)
		b.refused(gateway.ErrNoPhoneOnline, "two intervals of silence are offline")
	}},
	{"calls in a wrong order leave a phone online", func(b *bench) {
		b.seen(phone, lane)
		late := gateway.Presence{Phone: phone, Lanes: []string{lane}, Interval: interval, At: b.now.Add(-time.Millisecond)}
		b.noError(b.queue.Seen(b.Context(), late), "seen")
		b.pass(-time.Millisecond)
		b.submit()
	}},
	{"a repeated key needs no phone", func(b *bench) {
		first := b.submit(withKey("k"))
		b.pass(2 * interval)
		if again := b.submit(withKey("k")); again.ID != first.ID {
			b.Fatal("a known key returns its job whoever is online")
		}
	}},
}
