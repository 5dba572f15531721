package sqlitequeue

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// stateAsOf is a job's state at a time, which the statement has twice: the rule of
// gateway.Job.AsOf for as many jobs as there are.
const stateAsOf = `CASE
	WHEN state < 2 AND deadline <= ? THEN 6
	WHEN state IN (2, 8) AND taken_end > 0 AND taken_end <= ? THEN 9
	ELSE state END`

const countJobs = `SELECT lane, ` + stateAsOf + ` AS now, count(*) FROM jobs GROUP BY lane, now`

// List returns jobs, newest first. It reads beside the writer, and looks at every job until
// it has found enough.
func (q *Queue) List(ctx context.Context, f gateway.Filter) (gateway.Page, error) {
	where, args := conditions(f)
	text := `SELECT ` + columns + ` FROM jobs WHERE ` + where + ` ORDER BY seq DESC LIMIT ?`
	var page gateway.Page
	err := q.read(ctx, text, func(from scanner) error {
		r, err := scanRow(from)
		if bad := (*damage)(nil); errors.As(err, &bad) {
			return nil // whoever asks for the job sets it aside
		}
		page.Jobs = append(page.Jobs, r.AsOf(f.Now))
		return err
	}, append(args, f.Limit+1)...)
	if err != nil {
		return gateway.Page{}, err
	}
	if len(page.Jobs) > f.Limit {
		page.Jobs = page.Jobs[:f.Limit]
		page.Next = page.Jobs[f.Limit-1].ID
	}
	return page, nil
}

// conditions is a filter as SQL. All that the caller has chosen is an argument.
func conditions(f gateway.Filter) (where string, args []any) {
	all := []string{"1"}
	add := func(set bool, condition string, values ...any) {
		if set {
			all, args = append(all, condition), append(args, values...)
		}
	}
	add(f.Site != "", "site = ?", f.Site)
	add(f.Lane != "", "lane = ?", f.Lane)
	add(f.Phone != "", "phone = ?", f.Phone)
	add(!f.CreatedFrom.IsZero(), "created >= ?", millis(f.CreatedFrom))
	add(!f.CreatedTo.IsZero(), "created < ?", millis(f.CreatedTo))
	add(f.Before != "", "seq < (SELECT seq FROM jobs WHERE id = ?)", f.Before)
	if len(f.States) > 0 {
		values := []any{millis(f.Now), millis(f.Now)}
		for _, state := range f.States {
			values = append(values, slices.Index(states, state))
		}
		add(true, stateAsOf+" IN (?"+strings.Repeat(", ?", len(f.States)-1)+")", values...)
	}
	return strings.Join(all, " AND "), args
}

// Counts returns how many jobs each lane has in each state. It reads every job, beside the
// writer.
func (q *Queue) Counts(ctx context.Context, now time.Time) ([]gateway.Count, error) {
	counts := []gateway.Count{}
	err := q.read(ctx, countJobs, func(from scanner) error {
		var one gateway.Count
		var state int
		err := from.Scan(&one.Lane, &state, &one.Jobs)
		if state < 0 || state >= len(states) {
			return err // a damaged row
		}
		one.State = states[state]
		counts = append(counts, one)
		return err
	}, millis(now), millis(now))
	slices.SortFunc(counts, func(a, b gateway.Count) int {
		return cmp.Or(strings.Compare(a.Lane, b.Lane), strings.Compare(string(a.State), string(b.State)))
	})
	return counts, err
}

// Phones returns every phone that is known, from memory.
func (q *Queue) Phones(ctx context.Context, now time.Time) ([]gateway.PhonePresence, error) {
	if q.writer.stopping() {
		return nil, gateway.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return q.phones.All(now), nil
}

// read runs a statement beside the writer and calls each for every row.
func (q *Queue) read(ctx context.Context, text string, each func(scanner) error, args ...any) error {
	if q.writer.stopping() {
		return gateway.ErrClosed
	}
	rows, err := q.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return q.answered(ctx, err)
	}
	return q.answered(ctx, scanAll(rows, each))
}

func scanAll(rows *sql.Rows, each func(scanner) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// answered is what a caller hears of a read that ended with err. What was read, or was not
// there, counts only if the file is still the one that the queue opened: sql.ErrNoRows
// comes back only then.
func (q *Queue) answered(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	lost := q.writer.identity.checkRead()
	switch {
	case (err != nil || lost != nil) && q.writer.stopping():
		return gateway.ErrClosed
	case lost != nil:
		return named(lost)
	case errors.Is(err, sql.ErrNoRows):
		return err
	default:
		return named(err)
	}
}
