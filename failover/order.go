package failover

import "strconv"

// Order is how a chain picks the member that it asks first, and those after it.
type Order int

const (
	// InOrder asks the members as they are listed.
	InOrder Order = iota
	// Rotating begins one member further with each message, and goes on from
	// there round the list.
	Rotating
	// Weighted draws the members at random by weight, each at most once: a
	// member of weight 2 comes first twice as often as one of weight 1.
	Weighted
)

// String returns "in order", "rotating" or "weighted".
func (o Order) String() string {
	switch o {
	case InOrder:
		return "in order"
	case Rotating:
		return "rotating"
	case Weighted:
		return "weighted"
	}
	return "Order(" + strconv.Itoa(int(o)) + ")"
}

// order appends the indexes of the members, in the order for one message.
func (c *Chain) order(indexes []int) []int {
	n := len(c.members)
	first := 0
	if c.kind == Rotating {
		first = int((c.turn.Add(1) - 1) % int64(n))
	}
	for i := range n {
		indexes = append(indexes, (first+i)%n)
	}
	if c.kind == Weighted {
		c.draw(indexes)
	}
	return indexes
}

// draw puts one member after the other in front of the rest, each with a chance
// in proportion to its weight.
func (c *Chain) draw(indexes []int) {
	total := 0
	for _, i := range indexes {
		total += c.members[i].weight
	}
	for place := range indexes {
		ticket := c.rand(total)
		for k := place; k < len(indexes); k++ {
			weight := c.members[indexes[k]].weight
			if ticket < weight {
				indexes[place], indexes[k] = indexes[k], indexes[place]
				total -= weight
				break
			}
			ticket -= weight
		}
	}
}
