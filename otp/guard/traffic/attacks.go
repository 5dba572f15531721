package traffic

import "fmt"

// Scenario is traffic with a name.
type Scenario struct {
	Name string
	// Attack says that somebody attacks; the others are honest days.
	Attack bool
	// Challenged is the largest share of honest users who may see a challenge on an
	// honest day, in percent.
	Challenged int
	// Late is the largest share of attacked people who may not get in within ten
	// minutes, in percent.
	Late int
	// Make makes the traffic, the same for the same seed.
	Make func(seed uint64) []Event
}

const wholeDay = 86400.0

// size says how much there is of a scenario.
type size struct {
	part    int // 1 for everything, 4 for a quarter of most events
	flood   int // seconds of a flood
	victims int // people who log in under bombing
}

// Scenarios returns every scenario: attacks beside a site of 1,000 wishes a day, and
// honest days.
func Scenarios() []Scenario {
	z := size{part: 1, flood: 3600, victims: 20}
	return append(attacks(z), honestDays(z)...)
}

// Samples are the same with fewer people and less than a minute of a flood, for tests that
// are short of time.
func Samples() []Scenario {
	z := size{part: 4, flood: 20, victims: 4}
	return append(attacks(z), honestDays(z)...)
}

func attacks(z size) []Scenario {
	attack := func(name string, late int, f func(*crowd)) Scenario {
		return Scenario{Name: name, Attack: true, Late: late, Make: func(seed uint64) []Event {
			c := newCrowd(seed)
			c.day(0, wholeDay, 1000/z.part, nil)
			f(c)
			return c.done()
		}}
	}
	victims := func(b bombing) func(*crowd) { return func(c *crowd) { victimIn(c, z, b) } }
	return []Scenario{
		attack("bomb", 0, func(c *crowd) { bomb(c, z.part, 0) }),
		attack("bomb-solvers", 0, func(c *crowd) { bomb(c, z.part, 20) }),
		attack("one-address", 0, func(c *crowd) { oneAddress(c, z.part) }),
		attack("sequential", 0, func(c *crowd) { sequential(c, z.part, 0) }),
		attack("sequential-solvers", 0, func(c *crowd) { sequential(c, z.part, 15) }),
		attack("slow-drip", 0, func(c *crowd) { slowDrip(c, z.part) }),
		attack("token-replay", 0, func(c *crowd) { tokenReplay(c, z.part) }),
		attack("seven-writings", 0, func(c *crowd) { sevenWritings(c, z.part) }),
		attack("flood", 0, func(c *crowd) { flood(c, z.flood, 0) }),
		attack("flood-solvers", 0, func(c *crowd) { flood(c, z.flood, 15) }),
		attack("many-victims", 0, func(c *crowd) { manyVictims(c, z.part, 0) }),
		attack("many-victims-solvers", 0, func(c *crowd) { manyVictims(c, z.part, 20) }),
		attack("own-numbers", 0, func(c *crowd) { ownNumbers(c, z.part, 0) }),
		attack("own-numbers-known", 0, func(c *crowd) {
			c.day(wholeDay, 2*wholeDay, 1000/z.part, nil)
			ownNumbers(c, z.part, wholeDay)
		}),
		attack("victim-in", 0, victims(bombing{asks: 2})),
		attack("victim-in-known", 0, victims(bombing{asks: 2, solve: 20, known: true})),
		attack("victim-in-moved", 10, victims(bombing{asks: 2, solve: 20, known: true, moved: true})),
		attack("victim-in-new", 0, victims(bombing{asks: 3, solve: 20})),
		attack("victim-in-waiters", 100, victims(bombing{asks: 4, solve: 20})),
		attack("pushed-to-paid", 0, func(c *crowd) { pushedToPaid(c, z.part) }),
	}
}

// bomber is an attacker's client with a new cookie.
func (c *crowd) bomber(phone string, solve float64) person {
	return person{phone: phone, ip: c.ip(), session: c.session(), solve: solve}
}

// bomb asks for one number from 1,000 addresses, with resends.
func bomb(c *crowd, part int, solve float64) {
	phone := c.phone()
	for range 1000 / part {
		c.attack(c.rand.Float64()*wholeDay, c.bomber(phone, solve), 3)
	}
}

func oneAddress(c *crowd, part int) {
	ip := c.ip()
	for i := range 1000 / part {
		b := c.bomber(c.phone(), 0)
		b.ip = ip
		c.attack(30000+float64(i)*3, b, 3)
	}
}

func sequential(c *crowd, part int, solve float64) {
	for i := range 3000 / part {
		c.attack(30000+float64(i)*2, c.bomber(fmt.Sprintf("1380013%04d", i), solve), 2)
	}
}

// slowDrip stays below every hourly limit: 100 numbers, one text each every few hours.
func slowDrip(c *crowd, part int) {
	for range 100 / part {
		phone := c.phone()
		for t := c.rand.Float64() * 14400; t < wholeDay; t += 14400 {
			c.attack(t, c.bomber(phone, 0), 3)
		}
	}
}

func tokenReplay(c *crowd, part int) {
	phone := c.phone()
	for i := range 2000 / part {
		c.attack(30000+float64(i)*10, c.bomber(phone, 0), 1)
		last := &c.events[len(c.events)-1]
		if last.Token = GoodToken + "replayed"; i%2 == 0 {
			last.Token = "forged"
		}
	}
}

func sevenWritings(c *crowd, part int) {
	n := c.phone()
	writings := []string{
		n, "+86" + n, "0086" + n, "86 " + n, n[:3] + "-" + n[3:7] + "-" + n[7:], n[:3] + " " + n[3:7] + " " + n[7:], "+86 (" + n[:3] + ") " + n[3:],
	}
	for i := range 1400 / part {
		c.attack(20000+float64(i)*20, c.bomber(writings[i%7], 0), 2)
	}
}

// flood asks 100 times a second through 2,000 proxies.
func flood(c *crowd, seconds int, solve float64) {
	proxies := make([]string, 2000)
	for i := range proxies {
		proxies[i] = c.ip()
	}
	for i := range 100 * seconds {
		b := c.bomber(c.phone(), solve)
		b.ip = proxies[c.rand.IntN(len(proxies))]
		c.attack(36000+float64(i)/100, b, 1)
		if i%10 == 0 {
			c.add(36000+float64(i)/100+70, person{phone: b.phone, ip: b.ip, session: b.session, solve: solve, who: "attack"}, Resend, IfPending, fmt.Sprintf("f%d", c.flows), false)
		}
	}
}

func manyVictims(c *crowd, part int, solve float64) {
	for range 300 / part {
		c.attack(c.rand.Float64()*(wholeDay-600), c.bomber(c.phone(), solve), 2)
	}
}

// ownNumbers verifies twenty numbers of the attacker's own all day, paid texts
// included, and asks for strangers' numbers from the same browsers and addresses. A day
// that begins later comes after one on which he verified each of them once.
func ownNumbers(c *crowd, part int, begin float64) {
	for range 20 / part {
		own := c.bomber(c.phone(), 10)
		own.who = "attack"
		first := c.rand.Float64() * 3600
		if begin > 0 {
			flow := c.flow()
			c.add(first, own, Start, Always, flow, true)
			c.add(first+20, own, Check, Always, flow, true)
		}
		for t := begin + first; t < begin+wholeDay-7200; t += 7200 {
			flow := c.flow()
			c.add(t, own, Start, Always, flow, true)
			c.add(t+65, own, Resend, IfPending, flow, true)
			c.add(t+130, own, Resend, IfPending, flow, true)
			c.add(t+150, own, Check, Always, flow, true)
			other := own
			other.phone = c.phone()
			c.attack(t+600, other, 3)
		}
	}
}

// bombing says who bombs people that log in meanwhile.
type bombing struct {
	asks  int     // of each attacker for one number, 125 seconds apart
	solve float64 // how long attackers need for a challenge, 0: never
	known bool    // the victim logged in before the attack
	moved bool    // and comes with another browser from another address now
}

// victimIn has people log in while their number is bombed all day.
func victimIn(c *crowd, z size, b bombing) {
	for range z.victims {
		v := c.person()
		v.who, v.success = "victim", 1
		if b.known {
			c.wish(3600*c.rand.Float64(), v)
		}
		if b.moved {
			v.ip, v.session = c.ip(), c.session()
		}
		for range 300 / z.part {
			c.attack(20000+c.rand.Float64()*40000, c.bomber(v.phone, b.solve), b.asks)
		}
		c.wish(20000+c.rand.Float64()*40000, v)
	}
}

// pushedToPaid has a stranger ask for a number just before its owner does.
func pushedToPaid(c *crowd, part int) {
	for range 100 / part {
		v := c.person()
		v.who, v.success = "victim", 1
		t := c.rand.Float64() * 80000
		c.attack(t, c.bomber(v.phone, 0), 2)
		c.wish(t+200, v)
	}
}
