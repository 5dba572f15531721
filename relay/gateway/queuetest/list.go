package queuetest

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// list returns the ids of a page of jobs, and the page.
func (b *bench) list(f gateway.Filter) ([]string, gateway.Page) {
	b.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	f.Now = b.now
	page, err := b.queue.List(b.Context(), f)
	b.noError(err, "list")
	var ids []string
	for _, job := range page.Jobs {
		ids = append(ids, job.ID)
	}
	return ids, page
}

// wantList wants exactly these jobs.
func (b *bench) wantList(rule string, f gateway.Filter, want ...gateway.Job) {
	b.Helper()
	got, _ := b.list(f)
	var ids []string
	for _, job := range want {
		ids = append(ids, job.ID)
	}
	if !slices.Equal(got, ids) {
		b.Fatalf("%s: got %v, want %v", rule, got, ids)
	}
}

var listCases = []testCase{
	{"pages, newest first, each job once", func(b *bench) {
		var want []string
		for range 25 {
			want = append(want, b.submit().ID)
		}
		slices.Reverse(want)
		var got []string
		f := gateway.Filter{Limit: 10}
		for pages := 1; ; pages++ {
			ids, page := b.list(f)
			got = append(got, ids...)
			if page.Next == "" {
				if pages != 3 || len(ids) != 5 {
					b.Fatalf("the last page has the rest: page %d has %d", pages, len(ids))
				}
				break
			}
			b.submit() // a new job moves no page
			f.Before = page.Next
		}
		if !slices.Equal(got, want) {
			b.Fatalf("got %v, want %v", got, want)
		}
	}},
	{"a full last page is the last", func(b *bench) {
		b.submit()
		b.submit()
		if _, page := b.list(gateway.Filter{Limit: 2}); page.Next != "" {
			b.Fatalf("nothing comes after it: got %q", page.Next)
		}
	}},
	{"below a job that does not exist there is nothing", func(b *bench) {
		b.submit()
		b.wantList("an unknown job", gateway.Filter{Before: "nothing"})
	}},
	{"filters", func(b *bench) {
		b.seen(phone, lane, "mob")
		first := b.submit()
		b.offerOne(phone)
		b.pass(time.Second)
		second := b.submit(func(s *gateway.Submit) { s.Site = "forum" })
		b.pass(time.Second)
		third := b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		b.wantList("all", gateway.Filter{}, third, second, first)
		b.wantList("by site", gateway.Filter{Site: "forum"}, second)
		b.wantList("by lane", gateway.Filter{Lane: "mob"}, third)
		b.wantList("by phone", gateway.Filter{Phone: phone}, first)
		b.wantList("by time", gateway.Filter{CreatedFrom: second.Created, CreatedTo: third.Created}, second)
		b.wantList("by all at once", gateway.Filter{
			Site: site, Lane: lane, Phone: phone, States: []relayapi.State{relayapi.StateOffered, relayapi.StateSent},
			CreatedFrom: first.Created, CreatedTo: third.Created, Before: second.ID,
		}, first)
	}},
	{"jobs are listed as they are now", func(b *bench) {
		taken := b.takenUntil()
		queued := b.submit()
		b.pass(takenFor)
		b.wantList("its deadline has passed", gateway.Filter{States: []relayapi.State{relayapi.StateExpired}}, queued)
		b.wantList("its phone has said nothing", gateway.Filter{States: []relayapi.State{relayapi.StateUncertain}}, taken)
		b.wantList("no longer", gateway.Filter{States: []relayapi.State{relayapi.StateQueued, relayapi.StateTaken}})
		_, page := b.list(gateway.Filter{})
		b.wantHistory(page.Jobs[0], "queued by site shop", "expired by gateway")
	}},
	{"counts per lane and state, as they are now", func(b *bench) {
		b.seen(phone, lane, "mob")
		b.takenUntil()
		b.submit(expiresAfter(time.Hour))
		b.submit(expiresAfter(time.Hour))
		b.submit()
		b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		b.pass(takenFor)
		counts, err := b.queue.Counts(b.Context(), b.now)
		b.noError(err, "counts")
		want := []gateway.Count{
			{Lane: "mob", State: relayapi.StateExpired, Jobs: 1},
			{Lane: lane, State: relayapi.StateExpired, Jobs: 1},
			{Lane: lane, State: relayapi.StateQueued, Jobs: 2},
			{Lane: lane, State: relayapi.StateUncertain, Jobs: 1},
		}
		if !slices.Equal(counts, want) {
			b.Fatalf("got %v, want %v", counts, want)
		}
	}},
	{"phones with their lanes, and where they are cooled", func(b *bench) {
		b.pass(time.Second)
		b.seen(app, lane, "mob")
		b.failed(relayapi.FailureLimit)
		phones, err := b.queue.Phones(b.Context(), b.now)
		b.noError(err, "phones")
		if len(phones) != 2 || phones[0].Phone != app || phones[1].Phone != phone {
			b.Fatalf("every phone, by name: got %+v", phones)
		}
		if first := phones[0]; !slices.Equal(first.Lanes, []string{"mob", lane}) || len(first.CooledUntil) != 0 ||
			!first.LastSeen.Equal(b.now) || !first.OnlineUntil.Equal(b.now.Add(2*interval)) {
			b.Fatalf("what is known of a phone: got %+v", first)
		}
		if until := phones[1].CooledUntil; len(until) != 1 || !until[lane].Equal(b.now.Add(coolFor)) {
			b.Fatalf("where it is cooled: got %v", until)
		}
	}},
	{"what a phone says of itself, until it says something else", func(b *bench) {
		said := &relayapi.Device{Model: "Mi 4", SIMs: []relayapi.SIM{{Slot: 2}}}
		describe := func(name string, d *relayapi.Device) {
			b.noError(b.queue.Seen(b.Context(), gateway.Presence{Phone: name, Device: d, At: b.now}), "seen")
		}
		describe("stranger", said)
		describe(phone, said)
		at := b.now
		b.pass(time.Second)
		describe(phone, nil)
		phones, err := b.queue.Phones(b.Context(), b.now)
		b.noError(err, "phones")
		if len(phones) != 1 || phones[0].Device == nil || phones[0].Device.Model != said.Model || !phones[0].DeviceAt.Equal(at) {
			b.Fatalf("of a phone that has pulled before, and with its time: got %+v", phones)
		}
	}},
}
