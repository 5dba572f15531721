package ledger

import "github.com/cnsms/cnsms/failover"

// Range is an amount of which the least and the most are known. They are the same when
// it is known exactly.
type Range struct {
	Least failover.Money `json:"least"`
	Most  failover.Money `json:"most"`
}

// Exact reports whether the amount is known.
func (r Range) Exact() bool { return r.Least == r.Most }

// String returns the amount in yuan: "0.045", or "0 to 0.045".
func (r Range) String() string {
	if r.Exact() {
		return r.Most.String()
	}
	return r.Least.String() + " to " + r.Most.String()
}

func exactly(m failover.Money) Range { return Range{m, m} }
func upTo(m failover.Money) Range    { return Range{0, m} }

func (r Range) plus(other Range) Range {
	return Range{r.Least + other.Least, r.Most + other.Most}
}

// less is the range of a difference of two amounts that do not depend on each other.
func (r Range) less(other Range) Range {
	return Range{r.Least - other.Most, r.Most - other.Least}
}

// times is for a sign of 1 or -1 that undoes an addition; it turns nothing round.
func (r Range) times(sign int) Range {
	return Range{r.Least * failover.Money(sign), r.Most * failover.Money(sign)}
}
