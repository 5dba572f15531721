package gateway_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// month plays a month of one SIM on a clock of its own.
type month struct {
	*world

	phone   gateway.Principal
	now     time.Time
	random  *rand.Rand
	sent    []sentText
	refused map[string]int // by how long the budget is used up
}

type sentText struct {
	at       time.Time
	to       relayapi.Number
	segments int
}

var monthsBudget = gateway.Budget{
	SegmentsPerMinute: 4, TextsPerHour: 8, TextsPerDay: 60, RecipientsPerMonth: 250, Gap: 3 * time.Second,
	Quiet: gateway.QuietHours{From: 23 * time.Hour, To: 7 * time.Hour},
}

// TestASIMsMonth has a site submit 2,000 texts to 1,500 people within a month. None passes a
// budget, and each refusal says when the budget is free again: the text is accepted then, and
// a millisecond earlier it is not.
func TestASIMsMonth(t *testing.T) {
	t.Parallel()
	m := &month{phone: oldPhone, now: noon, random: rand.New(rand.NewPCG(1, 2)), refused: map[string]int{}}
	m.phone.Limits.RequestsPerSecond = 1_000_000 // that limit does not like a clock that goes back
	m.world = newWorld(t, func(cfg *gateway.Config) {
		cfg.Now = func() time.Time { return m.now }
		cfg.Budgets = &gateway.Budgets{SIM: monthsBudget}
		cfg.ForgetAfter = gateway.BudgetMonth
	})
	for n := range 2000 {
		m.one(n)
		pause := 20 * time.Second // people come in crowds
		if n%20 == 0 {
			pause = 2 * gateway.BudgetMonth / 100
		}
		m.now = m.now.Add(time.Duration(m.random.Int64N(int64(pause))).Truncate(time.Millisecond))
	}
	require.InDelta(t, gateway.BudgetMonth.Hours(), m.now.Sub(noon).Hours(), 100)
	require.Greater(t, len(m.sent), 250)
	for _, long := range []string{"a gap", "a minute", "an hour", "a day", "longer"} {
		require.Positive(t, m.refused[long], "some were refused for %s: %v", long, m.refused)
	}
	uses, err := m.Budgets(m.Context(), operator)
	require.NoError(t, err)
	require.Len(t, uses, 2, "the phone and its SIM")
	require.LessOrEqual(t, uses[1].Recipients, monthsBudget.RecipientsPerMonth)
	t.Logf("%d texts were sent; refused: %v", len(m.sent), m.refused)
}

// one submits a text, and has it sent or looks at the refusal.
func (m *month) one(n int) {
	m.Helper()
	text := "Your code is 824913."
	if n%7 == 0 {
		text += "您的验证码是，十分钟内有效。请勿向任何人透露，包括自称客服的人。如非本人操作，请忽略这条短信，并检查您的账户是否安全。谢谢您的使用。"
	}
	to := fmt.Sprintf("+86138%08d", m.random.IntN(1500))
	s := gateway.Submission{To: relayapi.Number(to), Text: relayapi.Text(text), Wait: 5 * time.Second}
	_, over := m.tried(s)
	if over == nil {
		job := m.pulledOne(m.phone)
		m.reported(m.phone, job, relayapi.StateTaken)
		m.reported(m.phone, job, relayapi.StateSent)
		m.sent = append(m.sent, sentText{m.now, job.To, segments.CountAbroad(text, "")})
		m.keeps()
		return
	}
	require.Equal(m, over.RetryAt.Sub(m.now), over.RetryAfter)
	require.Positive(m, over.RetryAfter)
	m.refused[howLong(over.RetryAfter)]++
	today := m.now
	m.now = over.RetryAt.Add(-time.Millisecond)
	if m.now.After(today) {
		_, early := m.tried(s)
		require.NotNil(m, early, "it is not free earlier")
	}
	m.now = over.RetryAt
	job, again := m.tried(s)
	require.Nil(m, again, "it is free when the refusal says")
	_, err := m.Cancel(m.Context(), site, job.ID)
	require.NoError(m, err)
	m.now = today
}

// tried submits while the phone is online.
func (m *month) tried(s gateway.Submission) (gateway.Job, *gateway.BudgetError) {
	m.Helper()
	require.Empty(m, m.pulled(m.phone))
	submitted, err := m.Submit(m.Context(), site, s)
	var over *gateway.BudgetError
	if !errors.As(err, &over) {
		require.NoError(m, err)
	}
	return submitted.Job, over
}

// keeps looks at every window that ends with the last text.
func (m *month) keeps() {
	m.Helper()
	var minute, hour, day, gap int
	people := map[relayapi.Number]bool{}
	for _, text := range m.sent {
		age := m.now.Sub(text.at)
		if age < time.Minute {
			minute += text.segments
		}
		hour += one(age < time.Hour)
		day += one(age < 24*time.Hour)
		gap += one(age < monthsBudget.Gap)
		if age < gateway.BudgetMonth {
			people[text.to] = true
		}
	}
	require.LessOrEqual(m, minute, monthsBudget.SegmentsPerMinute)
	require.LessOrEqual(m, hour, monthsBudget.TextsPerHour)
	require.LessOrEqual(m, day, monthsBudget.TextsPerDay)
	require.LessOrEqual(m, len(people), monthsBudget.RecipientsPerMonth)
	require.Equal(m, 1, gap)
	require.False(m, monthsBudget.Quiet.Contains(m.now))
}

func one(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

func howLong(d time.Duration) string {
	switch {
	case d <= monthsBudget.Gap:
		return "a gap"
	case d <= time.Minute:
		return "a minute"
	case d <= time.Hour:
		return "an hour"
	case d <= 24*time.Hour:
		return "a day"
	default:
		return "longer"
	}
}
