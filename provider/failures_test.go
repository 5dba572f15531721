package provider_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestFailures(t *testing.T) {
	t.Parallel()
	first, second, third := &provider.Error{Code: "1"}, &provider.Error{Code: "2"}, &provider.Error{Code: "3"}
	outer := &provider.Error{Code: "outer", Err: errors.Join(second, fmt.Errorf("deep: %w", third))}
	circle := &provider.Error{Code: "circle"}
	circle.Err = fmt.Errorf("again: %w", circle)
	var none *provider.Error
	for _, tc := range []struct {
		name string
		err  error
		want []string // their codes
	}{
		{"nil", nil, nil},
		{"foreign error", io.EOF, nil},
		{"a kind is no failure", provider.KindBalance, nil},
		{"one", first, []string{"1"}},
		{"wrapped", fmt.Errorf("a: %w", fmt.Errorf("b: %w", first)), []string{"1"}},
		{"joined, in order", errors.Join(second, io.EOF, first), []string{"2", "1"}},
		{"two wrapped at once", fmt.Errorf("%w and %w", first, second), []string{"1", "2"}},
		{"depth first, an error before its causes", errors.Join(outer, first), []string{"outer", "2", "3", "1"}},
		{"one that stands twice", errors.Join(first, fmt.Errorf("again: %w", first), outer, second), []string{"1", "outer", "2", "3"}},
		{"two that say the same", errors.Join(first, &provider.Error{Code: "1"}), []string{"1", "1"}},
		{"a nil error of the type", errors.Join(none, first), []string{"1"}},
		{"unwraps to nothing", errors.Join(hollow{}, first), []string{"1"}},
		{"a circle", circle, []string{"circle"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			failures := provider.Failures(tc.err)
			require.Equal(t, tc.want, codesOf(failures))
			require.Equal(t, tc.want, codesOf(failures), "for the second time")
		})
	}
}

func codesOf(failures iter.Seq[*provider.Error]) []string {
	var codes []string
	for e := range failures {
		codes = append(codes, e.Code)
	}
	return codes
}

func TestFailuresStopsWhenAsked(t *testing.T) {
	t.Parallel()
	err := errors.Join(
		&provider.Error{Err: &provider.Error{}},
		fmt.Errorf("%w and %w", &provider.Error{}, &provider.Error{}),
	)
	for stop := 1; stop <= 4; stop++ {
		require.Equal(t, stop, takeFrom(provider.Failures(err), stop))
	}
}

func TestMayHaveSent(t *testing.T) {
	t.Parallel()
	refused := &provider.Error{Kind: provider.KindBalance}
	silent := &provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}
	var none *provider.Error
	for _, tc := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"foreign error", io.EOF, false},
		{"refusal", refused, false},
		{"silence", silent, true},
		{"wrapped silence", fmt.Errorf("a: %w", fmt.Errorf("b: %w", silent)), true},
		{"joined, first", errors.Join(silent, refused), true},
		{"joined, last", errors.Join(refused, io.EOF, silent), true},
		{"joined, none", errors.Join(refused, io.EOF, refused), false},
		{"two wrapped at once", fmt.Errorf("%w and %w", refused, silent), true},
		{"below a refusal", &provider.Error{Kind: provider.KindUnavailable, Err: silent}, true},
		{"below a joined refusal", &provider.Error{Err: errors.Join(refused, fmt.Errorf("c: %w", silent))}, true},
		{"above a refusal", &provider.Error{MayHaveSent: true, Err: refused}, true},
		{"after a nil error of the type", errors.Join(none, silent), true},
		{"nil error of the type alone", none, false},
		{"unwraps to nothing", hollow{}, false},
		{"deep trees of refusals", errors.Join(errors.Join(refused, errors.Join(refused)), fmt.Errorf("%w", refused)), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, provider.MayHaveSent(tc.err))
		})
	}
}

// hollow is an error that promises a cause and has none.
type hollow struct{}

func (hollow) Error() string { return "hollow" }
func (hollow) Unwrap() error { return nil }

func TestPhoneLimit(t *testing.T) {
	t.Parallel()
	down := &provider.Error{Kind: provider.KindUnavailable, RetryAfter: time.Hour}
	account := &provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopeAccount, RetryAfter: time.Hour}
	short := &provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: time.Second}
	long := &provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: time.Minute}
	for _, tc := range []struct {
		name    string
		err     error
		wait    time.Duration
		reached bool
	}{
		{name: "no error"},
		{name: "another error", err: io.EOF},
		{name: "other failures", err: errors.Join(down, account)},
		{name: "scope means nothing elsewhere", err: &provider.Error{Kind: provider.KindBlocked, Scope: provider.ScopePhone}},
		{name: "behind another attempt", err: fmt.Errorf("all failed: %w", errors.Join(down, short)), wait: time.Second, reached: true},
		{name: "the longest wait", err: errors.Join(long, short), wait: time.Minute, reached: true},
		{name: "nobody knows how long", err: &provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone}, reached: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			wait, reached := provider.PhoneLimit(tc.err)
			require.Equal(t, tc.wait, wait)
			require.Equal(t, tc.reached, reached)
		})
	}
}
