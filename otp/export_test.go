package otp

import (
	"fmt"
	"strings"
)

// Entries counts everything that the store holds.
func (s *MemoryStore) Entries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records) + len(s.index) + len(s.phones) + len(s.wrong) + len(s.due)
}

// Endless lists what has no entry in the agenda, and so no end.
func (s *MemoryStore) Endless() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	planned := map[string]bool{}
	for _, end := range s.ends {
		planned[fmt.Sprint(end.what, end.key)] = true
	}
	var endless []string
	check := func(what int, key string) {
		if !planned[fmt.Sprint(what, key)] {
			endless = append(endless, key)
		}
	}
	for id := range s.records {
		check(recordEnds, id)
	}
	for key := range s.index {
		check(entryEnds, key)
	}
	for phone := range s.wrong {
		check(wrongEnds, phone)
	}
	for _, ids := range s.phones { // they end with their records
		for id := range ids {
			check(recordEnds, id)
		}
	}
	for id := range s.due {
		check(recordEnds, id)
	}
	return endless
}

// Dump writes everything that the store holds.
func (s *MemoryStore) Dump() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%#v\n%#v\n%#v\n%#v\n%#v\n", s.records, s.index, s.phones, s.wrong, s.due)
	return b.String()
}
