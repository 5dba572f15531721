package gateway

import "context"

// Replaced returns what an engine stores after a rule has made next of the job: next in
// the version after the job's. It reports false when a rule has changed nothing; then
// there is nothing to store.
func (j Job) Replaced(next Job) (Job, bool) {
	same := j.State == next.State && j.Phone == next.Phone && j.Lease == next.Lease && j.Text == next.Text && j.To == next.To &&
		j.Unasked == next.Unasked && j.LeaseEnd.Equal(next.LeaseEnd) && j.TakenEnd.Equal(next.TakenEnd) &&
		j.AnswerBy.Equal(next.AnswerBy) && len(j.History) == len(next.History)
	next.Version = j.Version
	if !same {
		next.Version++
	}
	return next, !same
}

// CompareAndSet is how an engine with several writers applies a rule: it reads a job,
// applies the rule, and stores the result only if the stored job still has the version
// that was read; otherwise it begins again, until the context ends. store reports false
// when the stored job has another version. It returns the job as it is stored, with the
// rule's error.
//
// One that reads and stores in one transaction, with no other writer between, need not.
func CompareAndSet(
	ctx context.Context,
	read func(context.Context) (Job, error),
	rule func(Job) (Job, error),
	store func(ctx context.Context, next Job, version int64) (bool, error),
) (Job, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Job{}, err
		}
		old, err := read(ctx)
		if err != nil {
			return Job{}, err
		}
		next, refused := rule(old)
		next, changed := old.Replaced(next)
		if !changed {
			return next, refused
		}
		stored, err := store(ctx, next, old.Version)
		if err != nil {
			return Job{}, err
		}
		if stored {
			return next, refused
		}
	}
}
