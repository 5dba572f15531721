package sqlitequeue

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const columns = `seq, id, site, key, content, recipient, text, ref, lane,
	state, phone, lease, lease_end, created, deadline, history, version, unasked, taken_end, answer_by, sim`

// row is a job with its place in the table.
type row struct {
	seq int64
	gateway.Job
}

// states are the numbers of the states in the file. The order is part of the
// schema, in which they stand as numbers: open states come first.
var states = []relayapi.State{
	relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateSent,
	relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled,
	relayapi.StateCancelling, relayapi.StateUncertain,
}

type scanner interface{ Scan(into ...any) error }

func scanRow(from scanner) (row, error) {
	var r row
	var state int
	var leaseEnd, created, deadline, takenEnd, answerBy int64
	var history []byte
	var recipient string
	err := from.Scan(&r.seq, &r.ID, &r.Site, &r.Key, &r.Content, &recipient, (*string)(&r.Text), &r.Ref, &r.Lane,
		&state, &r.Phone, &r.Lease, &leaseEnd, &created, &deadline, &history,
		&r.Version, &r.Unasked, &takenEnd, &answerBy, &r.SIM)
	if err != nil {
		return row{}, err
	}
	if state < 0 || state >= len(states) {
		return row{}, &damage{r.seq, r.ID, "its state is none"}
	}
	r.To, r.State = shown(recipient), states[state]
	r.LeaseEnd, r.Created, r.Deadline = fromMillis(leaseEnd), fromMillis(created), fromMillis(deadline)
	r.TakenEnd, r.AnswerBy = fromMillis(takenEnd), fromMillis(answerBy)
	if json.Unmarshal(history, &r.History) != nil || len(r.History) == 0 {
		return row{}, &damage{r.seq, r.ID, "its history cannot be read"}
	}
	return r, nil
}

// insertValues are the values of insertJob.
func insertValues(j gateway.Job) ([]any, error) {
	history, err := json.Marshal(j.History)
	if err != nil {
		return nil, err
	}
	return []any{
		j.ID, j.Site, j.Key, j.Content, string(j.To), string(j.Text), j.Ref, j.Lane,
		slices.Index(states, j.State), j.Phone, j.Lease, millis(j.LeaseEnd), millis(j.Created), millis(j.Deadline),
		j.Counts(), string(history), j.Version, j.Unasked, millis(j.TakenEnd), millis(j.AnswerBy), millis(j.Due()), j.SIM,
	}, nil
}

// updateValues are the values of updateJob.
func updateValues(r row) ([]any, error) {
	history, err := json.Marshal(r.History)
	if err != nil {
		return nil, err
	}
	return []any{
		string(r.Text), slices.Index(states, r.State), r.Phone, r.Lease, millis(r.LeaseEnd), r.Counts(), string(history),
		r.Version, r.Unasked, millis(r.TakenEnd), millis(r.AnswerBy), millis(r.Due()), r.SIM, r.seq,
	}, nil
}

// millis keeps the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
