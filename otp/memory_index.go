package otp

import (
	"context"
	"slices"
	"time"
)

// Prefixes of the keys in the index.
const (
	pendingKey     = "pending "
	idempotencyKey = "idempotency "
	messageKey     = "message "
)

func answer(v Verdict, r Record, now Time) Answer {
	return Answer{Verdict: v, Record: r.clone(), Now: now}
}

// clone returns a record that shares nothing with r.
func (r Record) clone() Record {
	r.Sends, r.Ladder = slices.Clone(r.Sends), slices.Clone(r.Ladder)
	return r
}

// change is one step on one record: it follows the rule and writes.
func (s *MemoryStore) change(ctx context.Context, id string, rule func(Record, Time) (Record, Verdict)) (Answer, error) {
	now, err := s.enter(ctx)
	if err != nil {
		return Answer{}, err
	}
	defer s.mu.Unlock()
	r, ok := s.record(id, now)
	if !ok {
		return Answer{Verdict: Unknown, Now: now}, nil
	}
	next, verdict := rule(r, now)
	if verdict == Unknown {
		return Answer{Verdict: Unknown, Now: now}, nil
	}
	s.put(next)
	return answer(verdict, next, now), nil
}

// record returns a record that has not ended.
func (s *MemoryStore) record(id string, now Time) (Record, bool) {
	r, ok := s.records[id]
	return r, ok && now < r.Ends
}

// put writes a record, and keeps due by it.
func (s *MemoryStore) put(r Record) {
	if _, known := s.records[r.ID]; !known {
		s.ends.add(r.Ends, recordEnds, r.ID)
	}
	s.records[r.ID] = r
	switch at := r.DueAt(); {
	case at == 0:
		delete(s.due, r.ID)
	case s.due[r.ID] != at:
		s.due[r.ID] = at
		s.dues.add(at, 0, r.ID)
	}
}

// point writes an entry of the index.
func (s *MemoryStore) point(key string, e entry) {
	s.index[key] = e
	s.ends.add(e.ends, entryEnds, key)
}

// indexed returns the record that the first of the keys points to.
func (s *MemoryStore) indexed(prefix string, keys []string, now Time) (Record, bool) {
	for _, key := range keys {
		if e, ok := s.index[prefix+key]; ok {
			if r, ok := s.record(e.id, now); ok {
				return r, true
			}
		}
	}
	return Record{}, false
}

// idsOf returns the ids of a number's records that have not ended.
func (s *MemoryStore) idsOf(phone string, now Time) map[string]Time {
	ids := s.phones[phone]
	for id, ends := range ids {
		if now >= ends {
			delete(ids, id)
		}
	}
	return ids
}

// charge counts a wrong code.
func (s *MemoryStore) charge(phone string, now Time) {
	if s.wrong[phone] == nil {
		s.wrong[phone] = Wrong{}
		s.ends.add(now+wrongKept, wrongEnds, phone)
	}
	s.wrong[phone].Add(now)
}

// sendOf finds the send that a report is about, or keeps the report as an early one.
func (s *MemoryStore) sendOf(ctx context.Context, n News) (found entry, now Time, err error) {
	now, err = s.enter(ctx)
	if err != nil {
		return entry{}, 0, err
	}
	defer s.mu.Unlock()
	early := entry{delivered: n.Delivered, ends: now.Add(n.Keep)}
	for _, key := range n.Messages {
		e, ok := s.index[messageKey+key]
		switch {
		case !ok || now >= e.ends:
		case e.id != "":
			return e, now, nil
		default:
			early.delivered = early.delivered || e.delivered
		}
	}
	if len(n.Messages) > 0 && len(s.index) < indexesOf*s.max {
		s.point(messageKey+n.Messages[0], early)
	}
	return entry{}, now, nil
}

// indexesOf is how many entries of the index there may be for each record.
const indexesOf = 8

// act does something with one record of a number, and reports whether it did.
func (s *MemoryStore) act(action PersonAction, r Record, now Time) bool {
	switch action {
	case Export:
		return true
	case Revoke:
		next, verdict := r.Revoked(now)
		if verdict == Done {
			s.put(next)
		}
		return verdict == Done
	case Erase:
		s.drop(r)
		return true
	}
	return false
}

// drop deletes a record and what points to it.
func (s *MemoryStore) drop(r Record) {
	delete(s.records, r.ID)
	delete(s.due, r.ID)
	keys := []string{pendingKey + r.Pending, idempotencyKey + r.Idempotency}
	for _, send := range r.Sends {
		keys = append(keys, messageKey+send.Message)
	}
	for _, key := range keys {
		if s.index[key].id == r.ID {
			delete(s.index, key)
		}
	}
	if ids := s.phones[r.Phone]; ids != nil {
		delete(ids, r.ID)
		if len(ids) == 0 {
			delete(s.phones, r.Phone)
		}
	}
}

// dropFirst deletes the record of a number that ends first.
func (s *MemoryStore) dropFirst(phone string) {
	first := ""
	for id, ends := range s.phones[phone] {
		if first == "" || ends < s.phones[phone][first] || ends == s.phones[phone][first] && id < first {
			first = id
		}
	}
	s.drop(s.records[first])
}

// wrongKept is how long the wrong codes of a number are kept.
const wrongKept = 26 * hour

// What an entry of the agenda ends.
const (
	recordEnds = iota
	entryEnds
	wrongEnds
)

// sweeps is how many ends each step looks at. A step adds at most four.
const sweeps = 8

// sweep drops what has ended, a few at a time.
func (s *MemoryStore) sweep(now Time) {
	for range sweeps {
		if len(s.dues) == 0 || s.due[s.dues[0].key] == s.dues[0].at {
			break
		}
		s.dues.pop() // it no longer holds, even if nobody asks what is due
	}
	for range sweeps {
		if len(s.ends) == 0 || now < s.ends[0].at {
			return
		}
		end := s.ends.pop()
		switch end.what {
		case recordEnds:
			if r, ok := s.records[end.key]; ok && now >= r.Ends {
				s.drop(r)
			}
		case entryEnds:
			if e, ok := s.index[end.key]; ok && now >= e.ends {
				delete(s.index, end.key)
			}
		case wrongEnds:
			s.forgetWrong(end.key, now)
		}
	}
}

// forgetWrong drops the wrong codes of a number when none counts any more.
func (s *MemoryStore) forgetWrong(phone string, now Time) {
	switch wrong := s.wrong[phone]; {
	case wrong == nil:
	case wrong.Within(now) == 0:
		delete(s.wrong, phone)
	default:
		s.ends.add(now.Add(time.Hour), wrongEnds, phone)
	}
}

// Len returns how many records the store holds, those included that have ended and
// are not dropped yet.
func (s *MemoryStore) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records)
}
