package traffic

import "fmt"

func honestDays(z size) []Scenario {
	plain := func(perDay int, change func(*crowd, *person)) func(uint64) []Event {
		return func(seed uint64) []Event {
			c := newCrowd(seed)
			c.day(0, wholeDay, perDay/z.part, func(p *person) {
				if change != nil {
					change(c, p)
				}
			})
			return c.done()
		}
	}
	return []Scenario{
		{Name: "small-site", Challenged: 5, Make: plain(60, nil)},
		{Name: "usual-site", Challenged: 5, Make: plain(3000, nil)},
		{Name: "office", Challenged: 15, Make: office},
		{Name: "campus", Challenged: 5, Make: plain(4000, func(c *crowd, p *person) { p.ip = fmt.Sprintf("59.66.1.%d", 1+c.rand.IntN(8)) })},
		{Name: "flash-sale", Challenged: 5, Make: func(seed uint64) []Event { return flashSale(seed, z.part) }},
		{Name: "doubling", Challenged: 5, Make: func(seed uint64) []Event { return doubling(seed, z.part) }},
		{Name: "slow-texts", Challenged: 5, Make: plain(1000, func(_ *crowd, p *person) { p.resends = 2 })},
		{Name: "foreign", Challenged: 5, Make: plain(600, foreign)},
	}
}

// office has 200 people behind one address log in around nine o'clock.
func office(seed uint64) []Event {
	c := newCrowd(seed)
	c.day(0, wholeDay, 300, nil)
	ip := c.ip()
	for range 200 {
		p := c.person()
		p.ip, p.success = ip, 0.9
		c.wish(9*3600+600*c.rand.NormFloat64(), p)
	}
	return c.done()
}

// flashSale has twenty times the traffic for an hour.
func flashSale(seed uint64, part int) []Event {
	c := newCrowd(seed)
	c.day(0, wholeDay, 3000/part, nil)
	c.day(20*3600, 21*3600, 60_000/part, nil)
	return c.done()
}

// doubling is a site that doubles each day, for six days.
func doubling(seed uint64, part int) []Event {
	c := newCrowd(seed)
	for d, perDay := 0.0, 100/part; perDay <= 3200/part; d, perDay = d+1, perDay*2 {
		c.day(d*wholeDay, (d+1)*wholeDay, perDay, nil)
	}
	return c.done()
}

// foreign makes a third of the people foreign.
func foreign(c *crowd, p *person) {
	switch c.rand.IntN(6) {
	case 0:
		p.phone = fmt.Sprintf("+1212%d", 2_000_000+c.rand.IntN(7_999_999))
	case 1:
		p.phone = fmt.Sprintf("+447700%06d", c.rand.IntN(1_000_000))
	}
}
