package traffic

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// crowd makes events.
type crowd struct {
	rand   *rand.Rand
	events []Event
	flows  int
}

func newCrowd(seed uint64) *crowd {
	return &crowd{rand: rand.New(rand.NewPCG(seed, 11))} //nolint:gosec // Made-up traffic repeats for a seed.
}

// person is somebody with a phone and a browser.
type person struct {
	phone, ip, session string
	solve              float64 // 0: never
	success            float64 // share of wishes that end well
	resends            int     // how often the text is so slow that the person asks again
	who                string
}

var prefixes = []string{"130", "131", "135", "136", "137", "138", "139", "150", "151", "152", "158", "159", "176", "182", "186", "188", "189", "199"}

func (c *crowd) phone() string {
	return prefixes[c.rand.IntN(len(prefixes))] + fmt.Sprintf("%08d", c.rand.IntN(100_000_000))
}

func (c *crowd) ip() string {
	return fmt.Sprintf("%d.%d.%d.%d", 11+c.rand.IntN(180), c.rand.IntN(256), c.rand.IntN(256), 1+c.rand.IntN(254))
}

func (c *crowd) session() string { return fmt.Sprintf("%016x", c.rand.Uint64()) }

func (c *crowd) person() person {
	return person{phone: c.phone(), ip: c.ip(), session: c.session(), solve: 5 + 20*c.rand.Float64(), success: 0.93, who: "honest"}
}

func (c *crowd) flow() string { c.flows++; return fmt.Sprintf("f%d", c.flows) }

func (c *crowd) add(t float64, p person, action, cond, flow string, verify bool) {
	e := Event{T: t, Typed: p.phone, IP: p.ip, Session: p.session, Purpose: "login", Action: action, Flow: flow, Cond: cond, WillVerify: verify, Who: p.who}
	if p.solve > 0 {
		e.SolveS = &p.solve
	}
	c.events = append(c.events, e)
}

// wish is one honest wish for a code: asked for, asked for again while no text came,
// and checked. Some people type a wrong code first.
func (c *crowd) wish(t float64, p person) {
	flow, well := c.flow(), c.rand.Float64() < p.success
	c.add(t, p, Start, Always, flow, well)
	again := []float64{65, 130, 260, 400}
	if p.who == "victim" {
		again = []float64{65, 130, 195, 260, 325, 390, 455}
	}
	for _, later := range again {
		c.add(t+later, p, Start, IfNoText, flow, well)
	}
	read := t + 12 + 30*c.rand.Float64()
	for i := range p.resends {
		read = t + float64(75+70*i)
		c.add(read, p, Resend, IfPending, flow, well)
		read += 20 + 20*c.rand.Float64()
	}
	if c.rand.Float64() < 0.05 {
		c.add(read-5, p, Check, Always, flow, false)
	}
	if well {
		for _, later := range []float64{0, 40, 120, 200, 300, 440, 540} {
			c.add(read+later, p, Check, Always, flow, true)
		}
	}
}

// day adds wishes of new people and of people who come back after two hours or more, up
// to three times, spread over the day as people live.
func (c *crowd) day(from, until float64, perDay int, change func(*person)) {
	var known []person
	last, wishesOf := map[string]float64{}, map[string]int{}
	wishes := float64(perDay) * (until - from) / 86400
	times := make([]float64, 0, int(wishes))
	for range int(wishes) {
		t := from + (until-from)*c.rand.Float64()
		for hour := int(t/3600) % 24; hour < 7 && c.rand.Float64() < 0.8; hour = int(t/3600) % 24 {
			t = from + (until-from)*c.rand.Float64()
		}
		times = append(times, t)
	}
	slices.Sort(times)
	for _, t := range times {
		p := c.person()
		again := c.rand.IntN(len(known) + 1)
		if again < len(known) && c.rand.Float64() < 0.3 && t-last[known[again].phone] > 7200 && wishesOf[known[again].phone] < 3 {
			p = known[again]
		} else {
			if change != nil {
				change(&p)
			}
			known = append(known, p)
		}
		last[p.phone] = t
		wishesOf[p.phone]++
		c.wish(t, p)
	}
}

// attack is one request of an attacker, and a resend for each further one of times.
func (c *crowd) attack(t float64, p person, times int) {
	p.who = "attack"
	flow := c.flow()
	c.add(t, p, Start, Always, flow, false)
	for i := 1; i < times; i++ {
		c.add(t+float64(i)*125, p, Resend, Always, flow, false)
	}
}

func (c *crowd) done() []Event {
	slices.SortStableFunc(c.events, func(a, b Event) int { return cmp.Compare(a.T, b.T) })
	for i := range c.events {
		c.events[i].I = i
	}
	return c.events
}
