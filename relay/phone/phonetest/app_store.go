package phonetest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// States of a message in the app.
const (
	statePending    = "Pending"
	stateProcessed  = "Processed"
	stateSent       = "Sent"
	stateDelivered  = "Delivered"
	stateFailed     = "Failed"
	stateCancelling = "Cancelling"
	stateCancelled  = "Cancelled"
)

// store is the app's database. It keeps ids for ever.
type store struct {
	byID map[string]*message
	rows int
}

// message is a row of the database.
type message struct {
	id         string
	row        int
	body       string
	recipients []recipient
	sim        *int
	wantReport bool
	validUntil time.Time
	notBefore  time.Time
	created    time.Time
	priority   int
	states     map[string]javaTime // the first time of each
	sending    bool                // it is on its way to the radio
}

type recipient struct {
	PhoneNumber string `json:"phoneNumber"`
	State       string `json:"state"`
	Error       string `json:"error,omitempty"`
}

func (s *store) insert(i item, now time.Time) {
	s.rows++
	m := &message{
		id: i.ID, row: s.rows, body: i.body(), sim: i.SIMNumber, wantReport: i.WithReport == nil || *i.WithReport,
		validUntil: i.ValidUntil.orZero(), notBefore: i.ScheduleAt.orZero(), created: i.CreatedAt.orZero(),
		priority: i.Priority, states: map[string]javaTime{statePending: {now}},
	}
	for _, number := range i.PhoneNumbers {
		m.recipients = append(m.recipients, recipient{PhoneNumber: number, State: statePending})
	}
	s.byID[i.ID] = m
}

// state is the message's state, of its recipients' states. Facts: app v1.68.0, read in November 2026.
func (m *message) state() string {
	count := make(map[string]int)
	for _, r := range m.recipients {
		count[r.State]++
	}
	for _, first := range []string{statePending, stateCancelling, stateCancelled, stateProcessed} {
		if count[first] > 0 {
			return first
		}
	}
	for _, whole := range []string{stateFailed, stateDelivered} {
		if count[whole] == len(m.recipients) {
			return whole
		}
	}
	return stateSent
}

// move brings a recipient to a state, be it an earlier one.
func (m *message) move(r int, state, reason string, now time.Time) {
	m.recipients[r].State = state
	m.recipients[r].Error = reason
	if whole := m.state(); m.states[whole].IsZero() {
		m.states[whole] = javaTime{now}
	}
}

func (m *message) report() report {
	return report{m.id, m.state(), slices.Clone(m.recipients), maps.Clone(m.states)}
}

// waiting are the messages that are to be sent, the next one first: by priority, then the newest or
// the oldest.
func (s *store) waiting(order string) []*message {
	var list []*message
	for _, m := range s.byID {
		if m.state() == statePending && !m.sending {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *message) int {
		age := cmp.Or(a.created.Compare(b.created), cmp.Compare(a.row, b.row))
		if order != "FIFO" {
			age = -age
		}
		return cmp.Or(cmp.Compare(b.priority, a.priority), age)
	})
	return list
}

// State is the state of a message in the app's database; empty when the app does not know it.
func (a *App) State(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m := a.store.byID[id]; m != nil {
		return m.state()
	}
	return ""
}

// ValidUntil is until when the app takes a message for valid, by the phone's clock; zero when it
// has no end, or the app does not know it. It is another time than the server meant when the server
// wrote it so that the app reads it wrongly.
func (a *App) ValidUntil(id string) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m := a.store.byID[id]; m != nil {
		return m.validUntil
	}
	return time.Time{}
}
