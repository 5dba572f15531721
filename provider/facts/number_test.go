package facts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/facts"
)

// TestR1SpellingOfNumbers: a number means the same in every spelling that JSON has for
// it, and nothing but that is a number.
func TestR1SpellingOfNumbers(t *testing.T) {
	t.Parallel()
	same := map[string][]string{
		"2":    {"2.0", "2.000", "2e0", "2E0", "2e+0", "2e-0", "20e-1", "0.2e1", "0.02e2", "200e-2", "2.00e00", "2e000"},
		"0":    {"0.0", "-0", "-0.0", "0e0", "0e30", "0.000e-9"},
		"200":  {"2e2", "200.0", "0.2e3", "2.00e2"},
		"4051": {"4051.0", "4.051e3"},
		"-5":   {"-5.0", "-0.5e1"},
	}
	for plain, spellings := range same {
		for _, spelled := range spellings {
			require.True(t, facts.Equal(plain, spelled), "%s and %s", plain, spelled)
		}
	}
	for _, other := range []string{
		"", "02", "2.", ".2e1", "+2", "2.0x", " 2", "2 ", "２", "2.5", "20", "2e1", "-2", "2e", "2e+", "2e0.0", "0x2", "2_0", "1e", "NaN", "Inf",
		"2.00000000000000000001", "1.9999999999999999999", "2e9999999999", "2e-9999999999", "2e99999999999999999999",
		"000002", "2.0.0", "--2", "e", "2-0",
	} {
		require.False(t, facts.Equal("2", other), other)
	}
	require.False(t, facts.Equal("000000", "0"), "digits that are no number of JSON's are text")
	require.False(t, facts.Equal("000000", "0.0"))
}

func TestR1LookupOfAnotherSpelling(t *testing.T) {
	t.Parallel()
	codes := facts.MustParseCodes(file)
	row, ok := codes.Lookup("0.0")
	require.True(t, ok)
	require.True(t, row.OK)
	require.True(t, codes.Is("0e0"))
	row, ok = codes.Lookup("4.080e3")
	require.True(t, ok)
	require.Equal(t, "4080", row.Code)
	row, ok = codes.Lookup("111050.0")
	require.True(t, ok, "so do runs")
	require.Equal(t, "111000", row.Code)
	for _, code := range []string{"00", "0.1", "405.5", "4e400"} {
		_, ok = codes.Lookup(code)
		require.False(t, ok, code)
	}
}

func FuzzR1Equal(f *testing.F) {
	for _, seed := range []string{"2.0", "2e0", "-0", "1e39", "1e-39", "0.0000e99", "2.", "e", "-", "", "9e99999999999999999999"} {
		f.Add(seed)
	}
	codes := facts.MustParseCodes(file)
	f.Fuzz(func(t *testing.T, code string) {
		row, ok := codes.Lookup(code)
		if ok && !row.IsFamily() && row.Code == row.Last {
			require.True(t, facts.Equal(row.Code, code))
		}
		require.True(t, facts.Equal(code, code))
	})
}
