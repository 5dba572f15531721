package otp

import "container/heap"

// end says when something ends.
type end struct {
	at   Time
	what int
	key  string
}

// agenda has the next end first.
type agenda []end

func (a *agenda) add(at Time, what int, key string) { heap.Push(a, end{at, what, key}) }

func (a *agenda) pop() end {
	next, _ := heap.Pop(a).(end)
	return next
}

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].key < a[j].key
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is for package heap.
func (a *agenda) Push(x any) {
	e, _ := x.(end)
	*a = append(*a, e)
}

// Pop is for package heap.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	e := (*a)[last]
	(*a)[last] = end{}
	*a = (*a)[:last]
	return e
}
