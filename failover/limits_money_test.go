package failover_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		money failover.Money
		text  string
	}{
		{0, "0"},
		{45 * failover.Li, "0.045"},
		{5 * failover.Fen, "0.05"},
		{12*failover.Yuan + 50*failover.Fen, "12.5"},
		{1, "0.000001"},
		{-failover.Fen, "-0.01"},
		{math.MaxInt64, "9223372036854.775807"},
		{math.MinInt64, "-9223372036854.775808"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.text, test.money.String())
			parsed, err := failover.ParseMoney(test.text)
			require.NoError(t, err)
			require.Equal(t, test.money, parsed)
		})
	}
}

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want failover.Money
		err  string
	}{
		{"1.50", 150 * failover.Fen, ""},
		{"007", 7 * failover.Yuan, ""},
		{"-0", 0, ""},
		{"0.0450000000", 45 * failover.Li, ""},
		{"0.0000001", 0, "money: more than 6 decimal places"},
		{"", 0, "money: want a decimal number, such as 0.045"},
		{"-", 0, "money: want a decimal number, such as 0.045"},
		{".5", 0, "money: want a decimal number, such as 0.045"},
		{"5.", 0, "money: want a decimal number, such as 0.045"},
		{"1.2.3", 0, "money: want a decimal number, such as 0.045"},
		{"--1", 0, "money: want a decimal number, such as 0.045"},
		{"+1", 0, "money: want a decimal number, such as 0.045"},
		{"1e3", 0, "money: want a decimal number, such as 0.045"},
		{"1,000", 0, "money: want a decimal number, such as 0.045"},
		{" 1", 0, "money: want a decimal number, such as 0.045"},
		{"¥1", 0, "money: want a decimal number, such as 0.045"},
		{"9223372036854.775808", 0, "money: too large"},
		{"99999999999999999999", 0, "money: too large"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, err := failover.ParseMoney(test.text)
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestMoneyInConfigFiles(t *testing.T) {
	t.Parallel()
	var read struct{ Price failover.Money }
	require.NoError(t, json.Unmarshal([]byte(`{"Price":"0.045"}`), &read))
	require.Equal(t, 45*failover.Li, read.Price)
	written, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, `{"Price":"0.045"}`, string(written))
	require.Error(t, json.Unmarshal([]byte(`{"Price":"cheap"}`), &read))
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"0", "0.045", "-12.5", "9223372036854.775807", "1.", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		money, err := failover.ParseMoney(text)
		if err != nil {
			return
		}
		again, err := failover.ParseMoney(money.String())
		require.NoError(t, err)
		require.Equal(t, money, again)
	})
}
