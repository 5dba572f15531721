package storetest

import "github.com/cnsms/cnsms/otp"

var personCases = []testCase{
	{"exports", "Person returns all records of the number, under each of its digests, and of no other", false, exports},
	{"revokes", "Revoke cancels what is open, and returns only that", false, revokes},
	{"erases", "Erase leaves nothing: no record, no index, no wrong codes", false, erases},
}

// elsewhere is another number.
func elsewhere(c *otp.Creation) { c.Record.Phone = name("phone", 1) }

// person is the number of creation, before and after a rotation of keys.
func person(action otp.PersonAction) otp.Person {
	return otp.Person{Phones: []string{name("phone", 0), name("phone", 2)}, Action: action}
}

func exports(b *bench) {
	first, second := b.pending(1), b.create(2, func(c *otp.Creation) { c.Record.Phone = name("phone", 2) })
	b.create(3, elsewhere)
	list, err := b.Store.Person(b.Context(), person(otp.Export))
	b.that(err == nil && len(list.Records) == 2 && list.Now > 0, "%+v, error %v", list, err)
	if list.Records[0].ID != first.ID {
		list.Records[0], list.Records[1] = list.Records[1], list.Records[0]
	}
	b.same(first, list.Records[0])
	b.same(second, list.Records[1])
}

func revokes(b *bench) {
	open, used, other := b.pending(1), b.pending(2), b.pending(3, elsewhere)
	b.must(b.try(used, true))
	list, err := b.Store.Person(b.Context(), person(otp.Revoke))
	b.that(err == nil && len(list.Records) == 1 && list.Records[0].ID == open.ID, "%+v, error %v", list, err)
	a, err := b.try(open, true)
	b.that(b.want(otp.Ended, a, err).Record.State == otp.Canceled, "state %s", a.Record.State)
	a, err = b.try(other, true)
	b.want(otp.Done, a, err)
}

func erases(b *bench) {
	keyed := func(c *otp.Creation) { c.Record.Idempotency, c.Record.Guesses = name("idem", 1), 2; escalates(c) }
	r, other := b.pending(1, keyed), b.pending(2, elsewhere)
	b.must(b.try(r, false))
	list, err := b.Store.Person(b.Context(), person(otp.Erase))
	b.that(err == nil && len(list.Records) == 1 && list.Records[0].ID == r.ID, "%+v, error %v", list, err)
	a, err := b.look(r)
	b.want(otp.Unknown, a, err)
	a, err = b.note(r, true)
	b.want(otp.Unknown, a, err)
	again := b.create(1, keyed)
	a, err = b.try(again, false)
	b.want(otp.Mismatch, a, err)
	a, err = b.look(other)
	b.want(otp.Done, a, err)
	for _, each := range []otp.Person{person(otp.Erase), {Phones: []string{other.Phone}, Action: otp.Erase}} {
		_, err = b.Store.Person(b.Context(), each)
		b.that(err == nil, "Person: %v", err)
	}
	if b.Len != nil { // the early report of a text that was erased may be left
		b.that(b.Len() <= 1, "%d keys left", b.Len())
	}
}
