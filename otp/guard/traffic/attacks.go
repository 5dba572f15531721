package traffic

import "fmt"

// Scenario is traffic with a name.
type Scenario struct {
	Name string
	// Attack says that somebody attacks; the others are honest days.
	Attack bool
	// Challenged is the largest share of honest users who may see a challenge on an
	// honest day, in percent.
	Challenged float64
	// Make makes the traffic, the same for the same seed.
	Make func(seed uint64) []Event
}

const wholeDay = 86400.0

// Scenarios returns every scenario: attacks beside a site of 1,000 wishes a day, and
// honest days.
func Scenarios() []Scenario { return append(attacks(), honestDays()...) }

func attacks() []Scenario {
	beside := func(f func(*crowd)) func(uint64) []Event {
		return func(seed uint64) []Event {
			c := newCrowd(seed)
			c.day(0, wholeDay, 1000, nil)
			f(c)
			return c.done()
		}
	}
	list := []Scenario{
		{Name: "bomb", Make: beside(func(c *crowd) { bomb(c, 0) })},
		{Name: "bomb-solvers", Make: beside(func(c *crowd) { bomb(c, 20) })},
		{Name: "one-address", Make: beside(oneAddress)},
		{Name: "sequential", Make: beside(func(c *crowd) { sequential(c, 0) })},
		{Name: "sequential-solvers", Make: beside(func(c *crowd) { sequential(c, 15) })},
		{Name: "slow-drip", Make: beside(slowDrip)},
		{Name: "token-replay", Make: beside(tokenReplay)},
		{Name: "seven-writings", Make: beside(sevenWritings)},
		{Name: "flood", Make: beside(func(c *crowd) { flood(c, 0) })},
		{Name: "flood-solvers", Make: beside(func(c *crowd) { flood(c, 15) })},
		{Name: "many-victims", Make: beside(func(c *crowd) { manyVictims(c, 0) })},
		{Name: "many-victims-solvers", Make: beside(func(c *crowd) { manyVictims(c, 20) })},
		{Name: "own-numbers", Make: beside(ownNumbers)},
		{Name: "victim-in", Make: beside(func(c *crowd) { victimIn(c, false, 0) })},
		{Name: "victim-in-known-solvers", Make: beside(func(c *crowd) { victimIn(c, true, 20) })},
		{Name: "victim-in-new-solvers", Make: beside(func(c *crowd) { victimIn(c, false, 20) })},
		{Name: "pushed-to-paid", Make: beside(pushedToPaid)},
	}
	for i := range list {
		list[i].Attack = true
	}
	return list
}

// bomber is an attacker's client with a new cookie.
func (c *crowd) bomber(phone string, solve float64) person {
	return person{phone: phone, ip: c.ip(), session: c.session(), solve: solve}
}

// bomb asks for one number from 1,000 addresses, with resends.
func bomb(c *crowd, solve float64) {
	phone := c.phone()
	for range 1000 {
		c.attack(c.rand.Float64()*wholeDay, c.bomber(phone, solve), 3)
	}
}

func oneAddress(c *crowd) {
	ip := c.ip()
	for i := range 1000 {
		b := c.bomber(c.phone(), 0)
		b.ip = ip
		c.attack(30000+float64(i)*3, b, 3)
	}
}

func sequential(c *crowd, solve float64) {
	for i := range 3000 {
		c.attack(30000+float64(i)*2, c.bomber(fmt.Sprintf("1380013%04d", i), solve), 2)
	}
}

// slowDrip stays below every hourly limit: 100 numbers, one text each every few hours.
func slowDrip(c *crowd) {
	for range 100 {
		phone := c.phone()
		for t := c.rand.Float64() * 14400; t < wholeDay; t += 14400 {
			c.attack(t, c.bomber(phone, 0), 3)
		}
	}
}

func tokenReplay(c *crowd) {
	phone := c.phone()
	for i := range 2000 {
		c.attack(30000+float64(i)*10, c.bomber(phone, 0), 1)
		last := &c.events[len(c.events)-1]
		if last.Token = GoodToken + "replayed"; i%2 == 0 {
			last.Token = "forged"
		}
	}
}

func sevenWritings(c *crowd) {
	n := c.phone()
	writings := []string{
		n, "+86" + n, "0086" + n, "86 " + n, n[:3] + "-" + n[3:7] + "-" + n[7:], n[:3] + " " + n[3:7] + " " + n[7:], "+86 (" + n[:3] + ") " + n[3:],
	}
	for i := range 1400 {
		c.attack(20000+float64(i)*20, c.bomber(writings[i%7], 0), 2)
	}
}

// flood asks 100 times a second for an hour through 2,000 proxies.
func flood(c *crowd, solve float64) {
	proxies := make([]string, 2000)
	for i := range proxies {
		proxies[i] = c.ip()
	}
	for i := range 360_000 {
		b := c.bomber(c.phone(), solve)
		b.ip = proxies[c.rand.IntN(len(proxies))]
		c.attack(36000+float64(i)/100, b, 1)
		if i%10 == 0 {
			c.add(36000+float64(i)/100+70, person{phone: b.phone, ip: b.ip, session: b.session, solve: solve, who: "attack"}, Resend, IfPending, fmt.Sprintf("f%d", c.flows), false)
		}
	}
}

func manyVictims(c *crowd, solve float64) {
	for range 300 {
		c.attack(c.rand.Float64()*(wholeDay-600), c.bomber(c.phone(), solve), 2)
	}
}

// ownNumbers verifies twenty numbers of the attacker's own all day, paid texts
// included, and asks for strangers' numbers from the same browsers and addresses.
func ownNumbers(c *crowd) {
	for range 20 {
		own := c.bomber(c.phone(), 10)
		own.who = "attack"
		for t := c.rand.Float64() * 3600; t < wholeDay-7200; t += 7200 {
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

// victimIn has people log in while their number is bombed, from a browser that
// logged in before the attack or from a new one.
func victimIn(c *crowd, known bool, solve float64) {
	for range 20 {
		v := c.person()
		v.who, v.success = "victim", 1
		if known {
			c.wish(3600*c.rand.Float64(), v)
		}
		for range 300 {
			c.attack(20000+c.rand.Float64()*40000, c.bomber(v.phone, solve), 2)
		}
		c.wish(20000+c.rand.Float64()*40000, v)
	}
}

// pushedToPaid has a stranger ask for a number just before its owner does.
func pushedToPaid(c *crowd) {
	for range 100 {
		v := c.person()
		v.who, v.success = "victim", 1
		t := c.rand.Float64() * 80000
		c.attack(t, c.bomber(v.phone, 0), 2)
		c.wish(t+200, v)
	}
}
