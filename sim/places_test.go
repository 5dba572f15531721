package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	marked, braced, numbered := sim.InOrder("【变量】"), sim.InOrder(`\{[^{}]*\}`), sim.Numbered()
	tests := []struct {
		name   string
		places sim.Places
		text   string
		values []string
		count  int
		filled string
	}{
		{"marked", marked, "码【变量】，【变量】分钟", []string{"1", "2"}, 2, "码1，2分钟"},
		{"braced", braced, "a {code} b {}", []string{"1", "2"}, 2, "a 1 b 2"},
		{"numbered", numbered, "a {2} b {1} c {2}", []string{"1", "2"}, 2, "a 2 b 1 c 2"},
		{"ten", numbered, "{10}", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "x"}, 10, "x"},
		{"a value that looks like a place", numbered, "{1} {2}", []string{"{2}", "b"}, 2, "{2} b"},
		{"no place", numbered, "{0} {x}", nil, 0, "{0} {x}"},
		{"too few values", numbered, "{1} {2}", []string{"a"}, 2, "a {2}"},
		{"no text", marked, "", []string{"1", "2"}, 0, "1 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.count, tt.places.Count(tt.text))
			require.Equal(t, tt.filled, tt.places.Fill(tt.text, tt.values))
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	marked, numbered := sim.InOrder("【变量】"), sim.Numbered()
	tests := []struct {
		name, text, content string
		places              sim.Places
		values              []string
		ok                  bool
	}{
		{"fits", "码【变量】，【变量】分钟。", "码1234，5分钟。", marked, []string{"1234", "5"}, true},
		{"no place", "您好。", "您好。", marked, []string{}, true},
		{"nothing in a place", "码【变量】。", "码。", marked, nil, false},
		{"something behind", "码【变量】。", "码1。谢谢", marked, nil, false},
		{"other punctuation", "码：【变量】", "码:1", marked, nil, false},
		{"no expression", "a.c【变量】", "abc1", marked, nil, false},
		{"lines", "码【变量】。", "码1\n2。", marked, []string{"1\n2"}, true},
		{"by number", "{2} and {1}", "b and a", numbered, []string{"a", "b"}, true},
		{"one number twice", "{1} and {1}", "a and a", numbered, []string{"a"}, true},
		{"one number, two values", "{1} and {1}", "a and b", numbered, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			values, ok := tt.places.Match(tt.text, tt.content)
			require.Equal(t, tt.ok, ok)
			require.Equal(t, tt.values, values)
		})
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"13800138000", "10000000000"} {
		require.True(t, sim.IsMainland(number), number)
	}
	for _, number := range []string{"", "1380013800", "138001380000", "23800138000", "1380013800x", "+8613800138000", "１3800138000"} {
		require.False(t, sim.IsMainland(number), number)
	}
	require.True(t, sim.IsE164("+8613800138000"))
	for _, number := range []string{"", "8613800138000", "+0123456789", "+123456", "+1234567890123456"} {
		require.False(t, sim.IsE164(number), number)
	}
	require.Equal(t, "【店】码", sim.Signed("店", "码"))
	require.Equal(t, "码", sim.Signed("", "码"))
}
