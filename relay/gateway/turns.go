package gateway

import (
	"cmp"
	"container/list"
	"slices"
)

// turns are the phones that wait on one lane, in the order of their turns. Each step takes
// the same time however many phones wait.
type turns struct {
	order  *list.List // of *waitingPhone, the next one first
	places map[string]*list.Element
}

// waitingPhone is a phone with its pulls that wait on a lane, the latest last.
type waitingPhone struct {
	name  string
	pulls []*waitingPull
}

func newTurns() *turns { return &turns{order: list.New(), places: map[string]*list.Element{}} }

func (t *turns) empty() bool { return t.order.Len() == 0 }

// add has a pull wait, unless it does already. A phone that does not wait yet comes last.
func (t *turns) add(p *waitingPull) {
	place := t.places[p.phone]
	if place == nil {
		place = t.order.PushBack(&waitingPhone{name: p.phone})
		t.places[p.phone] = place
	}
	phone := place.Value.(*waitingPhone) //nolint:forcetypeassert // nothing else is in the list
	i, waits := slices.BinarySearchFunc(phone.pulls, p, byNumber)
	if !waits {
		phone.pulls = slices.Insert(phone.pulls, i, p)
	}
}

func byNumber(a, b *waitingPull) int { return cmp.Compare(a.number, b.number) }

// next returns the latest pull of the phone whose turn it is. The phone's other pulls come
// after all other phones. There must be a phone.
func (t *turns) next() *waitingPull {
	front := t.order.Front()
	t.order.MoveToBack(front)
	phone := front.Value.(*waitingPhone) //nolint:forcetypeassert // nothing else is in the list
	return phone.pulls[len(phone.pulls)-1]
}

// remove has a pull wait no more.
func (t *turns) remove(p *waitingPull) {
	place := t.places[p.phone]
	if place == nil {
		return
	}
	phone := place.Value.(*waitingPhone) //nolint:forcetypeassert // nothing else is in the list
	if i, waits := slices.BinarySearchFunc(phone.pulls, p, byNumber); waits {
		phone.pulls = slices.Delete(phone.pulls, i, i+1)
	}
	if len(phone.pulls) == 0 {
		t.order.Remove(place)
		delete(t.places, phone.name)
	}
}
