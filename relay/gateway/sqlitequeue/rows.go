package sqlitequeue

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const columns = `seq, id, site, key, content, recipient, text, ref, lane,
	state, phone, lease, lease_end, created, deadline, history`

// "LIMIT ? + 0" rather than "LIMIT ?": SQLite takes a bare parameter there for a hint
// to its planner and prepares the statement again for every call.
const (
	selectByID  = `SELECT ` + columns + ` FROM jobs WHERE id = ?`
	selectByKey = `SELECT ` + columns + ` FROM jobs WHERE site = ? AND key = ? AND key <> ''`
	selectHeld  = `SELECT ` + columns + ` FROM jobs
		WHERE phone = ? AND state = 1 AND lease_end > ? AND deadline > ? ORDER BY seq`
	selectFree = `SELECT ` + columns + ` FROM jobs
		WHERE lane = ? AND lease_end <= ? AND state < 2 AND deadline > ? ORDER BY lease_end, seq LIMIT ? + 0`
	selectNextEnd = `SELECT lease_end FROM jobs
		WHERE lane = ? AND lease_end > ? AND state < 2 AND deadline > lease_end ORDER BY lease_end LIMIT 1`
	selectCounted = `SELECT created FROM jobs
		WHERE recipient = ? AND counted = 1 AND created > ? AND NOT (state < 2 AND deadline <= ?)
		ORDER BY created DESC LIMIT ? + 0`
	selectOverdue = `SELECT ` + columns + ` FROM jobs WHERE text <> '' AND deadline <= ? AND state < 2 LIMIT ? + 0`
	selectOldest  = `SELECT seq, created FROM jobs ORDER BY seq LIMIT ? + 0`

	// insertJob changes nothing when the site has used the key before.
	insertJob = `INSERT INTO jobs (id, site, key, content, recipient, text, ref, lane,
		state, phone, lease, lease_end, created, deadline, counted, history)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (site, key) WHERE key <> '' DO NOTHING`
	updateJob = `UPDATE jobs SET text = ?, state = ?, phone = ?, lease = ?, lease_end = ?, counted = ?, history = ?
		WHERE seq = ?`
	clearTexts = `UPDATE jobs SET text = '' WHERE seq IN
		(SELECT seq FROM jobs WHERE text <> '' AND deadline < ? AND state >= 2 LIMIT ? + 0)`
	deleteJob = `DELETE FROM jobs WHERE seq = ?`
)

// row is a job with its place in the table.
type row struct {
	seq int64
	gateway.Job
}

// states are the numbers of the states in the file. The order is part of the
// schema: open states come first.
var states = []relayapi.State{
	relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateSent,
	relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled,
}

type scanner interface{ Scan(into ...any) error }

func scanRow(from scanner) (row, error) {
	var r row
	var state int
	var leaseEnd, created, deadline int64
	var history []byte
	var recipient string
	err := from.Scan(&r.seq, &r.ID, &r.Site, &r.Key, &r.Content, &recipient, (*string)(&r.Text), &r.Ref, &r.Lane,
		&state, &r.Phone, &r.Lease, &leaseEnd, &created, &deadline, &history)
	if err != nil {
		return row{}, err
	}
	if state < 0 || state >= len(states) {
		return row{}, &damage{r.seq, r.ID, "its state is none"}
	}
	r.To, r.State = shown(recipient), states[state]
	r.LeaseEnd, r.Created, r.Deadline = fromMillis(leaseEnd), fromMillis(created), fromMillis(deadline)
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
		j.Counts(), string(history),
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
		r.seq,
	}, nil
}

// sameRow reports whether storing b over a would change nothing.
func sameRow(a, b gateway.Job) bool {
	return a.State == b.State && a.Lease == b.Lease && a.LeaseEnd.Equal(b.LeaseEnd) && len(a.History) == len(b.History)
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
