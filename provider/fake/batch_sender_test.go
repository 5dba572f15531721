package fake_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestU4BatchSender(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	sms := &fake.BatchSender{Provider: fake.Provider{Now: func() time.Time { return now }}}
	sms.ScriptFor(otherOne, fake.Refuse(provider.KindBlocked))
	m := provider.Message{To: annaAlike, Template: "news", Params: provider.Params{"shop": "A"}}

	results, err := provider.SendMany(t.Context(), sms, m, []provider.Phone{anna, otherOne, anna})
	require.NoError(t, err)
	require.Len(t, results, 3)
	require.Equal(t, provider.BatchResult{To: anna, Receipt: provider.Receipt{Provider: "fake", ID: "fake-1", To: anna, At: now}}, results[0])
	require.Equal(t, otherOne, results[1].To)
	require.EqualError(t, results[1].Err, "fake: send: blocked")
	require.Empty(t, results[1].Receipt)
	require.Equal(t, results[0], results[2], "a number that stands there twice gets one text")
	sms.ExpectCount(t, 1)
	require.Equal(t, "A", sms.ExpectSent(t, anna, "news").Params["shop"])

	_, err = sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	_, err = sms.SendBatch(t.Context(), m, []provider.Phone{otherOne})
	require.NoError(t, err)
	var batches []int
	for _, attempt := range sms.Attempts() {
		batches = append(batches, attempt.Batch)
	}
	require.Equal(t, []int{1, 1, 0, 2}, batches)
}

func TestU4BatchThatCannotBeTried(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		template string
		to       []provider.Phone
		kind     provider.Kind
		problem  string
	}{
		{"nobody", "login", nil, provider.KindRecipient, "fake: send: recipient: to: no phone numbers"},
		{"no number", "login", []provider.Phone{anna, {}}, provider.KindRecipient, "fake: send: recipient: to[1]: no phone number"},
		{"no template", "", []provider.Phone{anna}, provider.KindTemplate, "fake: send: template: Template: no template name"},
		{"unmapped", "bye", []provider.Phone{anna}, provider.KindTemplate, `fake: send: template: template "bye": not mapped for this provider; mapped: "login"`},
		{"missing", "login", []provider.Phone{anna}, provider.KindTemplate, `fake: send: template: Params: missing parameter "code"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sms := &fake.BatchSender{Provider: fake.Provider{Templates: provider.Templates{"login": {Text: "{code}"}}}}
			results, err := provider.SendMany(t.Context(), sms, provider.Message{To: otherOne, Template: test.template}, test.to)
			require.EqualError(t, err, test.problem)
			require.ErrorIs(t, err, test.kind)
			require.Empty(t, results)
			require.Equal(t, []fake.Attempt{{Message: provider.Message{Template: test.template}, Batch: 1, Err: err}}, sms.Attempts())
		})
	}
}

// What goes wrong behind a good message stands in the results.
func TestU4BatchWhoseContextIsOver(t *testing.T) {
	t.Parallel()
	sms := &fake.BatchSender{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := provider.SendMany(ended, sms, login(provider.Phone{}, "111111"), []provider.Phone{anna, otherOne})
	require.NoError(t, err)
	require.Len(t, results, 2)
	for _, result := range results {
		require.ErrorIs(t, result.Err, context.Canceled)
		require.ErrorIs(t, result.Err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(result.Err))
	}
}

// The service makes a code for each phone.
func TestU4BatchOfOwnText(t *testing.T) {
	t.Parallel()
	sms := &fake.BatchSender{Provider: fake.Provider{Templates: ownText()}}
	results, err := provider.SendMany(t.Context(), sms, login(provider.Phone{}, "042137"), []provider.Phone{anna, otherOne})
	require.NoError(t, err)
	for _, result := range results {
		require.NoError(t, result.Err)
		require.Equal(t, provider.CodeByProvider, result.Receipt.Code)
	}
	require.Equal(t, "100001", sms.CodeFor(anna))
	require.Equal(t, "100002", sms.CodeFor(otherOne))
}
