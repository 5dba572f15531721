package facts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

const file = `
# Acme: from the interface document, read on 2026-11-21.
0     | ok | 成功
405   | auth | 密钥错误 | check Config.APIKey | 检查 Config.APIKey
4080  | throttled by phone, wait 30s | 太频繁
500   | unavailable, may have been sent | 内部错误
111000-111099 | config
LimitExceeded.DailyLimit | throttled by phone
LimitExceeded.* | throttled by account
999   | unknown | 未知

[report]
405 | signature | 签名未报备
`

func TestLookup(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes(file)
	require.NoError(t, err)
	tests := []struct {
		code string
		want facts.Code
		ok   bool
	}{
		{"0", facts.Code{Code: "0", Last: "0", OK: true, Words: "成功"}, true},
		{"405", facts.Code{
			Code: "405", Last: "405", Kind: provider.KindAuth, Words: "密钥错误",
			Remedy: "check Config.APIKey", RemedyZH: "检查 Config.APIKey",
		}, true},
		{"4080", facts.Code{
			Code: "4080", Last: "4080", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Wait: 30 * time.Second, Words: "太频繁",
		}, true},
		{"500", facts.Code{Code: "500", Last: "500", Kind: provider.KindUnavailable, MayHaveSent: true, Words: "内部错误"}, true},
		{"111000", facts.Code{Code: "111000", Last: "111099", Kind: provider.KindConfig}, true},
		{"111099", facts.Code{Code: "111000", Last: "111099", Kind: provider.KindConfig}, true},
		{"111100", facts.Code{Code: "111100", Last: "111100"}, false},
		{"11105", facts.Code{Code: "11105", Last: "11105"}, false},
		{"11105x", facts.Code{Code: "11105x", Last: "11105x"}, false},
		{"LimitExceeded.DailyLimit", facts.Code{
			Code: "LimitExceeded.DailyLimit", Last: "LimitExceeded.DailyLimit", Kind: provider.KindThrottled, Scope: provider.ScopePhone,
		}, true},
		{"LimitExceeded.New", facts.Code{Code: "LimitExceeded.*", Last: "LimitExceeded.*", Kind: provider.KindThrottled, Scope: provider.ScopeAccount}, true},
		{"LimitExceeded", facts.Code{Code: "LimitExceeded", Last: "LimitExceeded"}, false},
		{"999", facts.Code{Code: "999", Last: "999", Words: "未知"}, true},
		{"", facts.Code{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			t.Parallel()
			row, ok := codes.Lookup(tt.code)
			require.Equal(t, tt.want, row)
			require.Equal(t, tt.ok, ok)
			require.Equal(t, tt.want.OK, codes.Is(tt.code))
		})
	}
}

func TestLongestFamily(t *testing.T) {
	t.Parallel()
	codes := facts.MustParseCodes("A.* | auth\nA.B.* | balance")
	for code, want := range map[string]provider.Kind{"A.x": provider.KindAuth, "A.B.x": provider.KindBalance, "A.B.x.y": provider.KindBalance, "A.x.B": provider.KindAuth} {
		row, ok := codes.Lookup(code)
		require.True(t, ok, code)
		require.Equal(t, want, row.Kind, code)
	}
	_, ok := codes.Lookup(".")
	require.False(t, ok)
}

func TestTables(t *testing.T) {
	t.Parallel()
	codes := facts.MustParseCodes(file)
	require.Len(t, slices.Collect(codes.All()), 8)
	require.Equal(t, []string{"report"}, codes.Tables())
	row, ok := codes.Table("report").Lookup("405")
	require.True(t, ok)
	require.Equal(t, provider.KindSignature, row.Kind)
	_, ok = codes.Table("none").Lookup("405")
	require.False(t, ok)
}

func TestFaultyFile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, want string }{
		{"no code", "| auth", "line 1: want a code"},
		{"no meaning", "\n405", `line 2: code 405: meaning ""`},
		{"unknown kind", "405 | angry", `meaning "angry": want ok or the name of a kind`},
		{"scope of another kind", "405 | auth by phone", `only throttled is by phone`},
		{"unknown scope", "405 | throttled by moon", `only throttled is by phone`},
		{"unknown part", "405 | auth, never", `meaning "never"`},
		{"no duration", "405 | auth, wait long", `meaning "wait long"`},
		{"negative wait", "405 | auth, wait -1s", `meaning "wait -1s"`},
		{"no moment", "405 | auth, wait until noon", `want a duration, such as 30s, or "until midnight"`},
		{"two waits", "405 | auth, wait 1s, wait until midnight", `a code has one wait`},
		{"two waits, the other way round", "405 | auth, wait until midnight, wait 1s", `a code has one wait`},
		{"success with a part", "0 | ok, wait 1s", `a success has no more to say`},
		{"too many columns", "1 | auth | a | b | c | d", "at most 5 columns"},
		{"remedy in one language", "1 | auth | a | b", "both languages"},
		{"twice", "1 | auth\n1 | auth", "line 2: code 1: listed twice"},
		{"in a run", "10-20 | auth\n15 | auth", "code 15: listed twice"},
		{"runs that meet", "10-20 | auth\n20-30 | auth", "code 20: listed twice"},
		{"before its run", "15 | ok\n10-20 | auth", "line 2: code 15: listed twice"},
		{"a run in a run", "12-14 | auth\n10-20 | balance", "line 2: code 12: listed twice"},
		{"run that falls", "20-10 | auth", "want a run that rises"},
		{"run of two lengths", "9-10 | auth", "want a run that rises"},
		{"table twice", "[a]\n[a]", "line 2: a table wants a name"},
		{"table without a name", "[ ]", "line 1: a table wants a name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := facts.ParseCodes(tt.file)
			require.ErrorContains(t, err, tt.want)
			require.Panics(t, func() { facts.MustParseCodes(tt.file) })
		})
	}
}

func FuzzParseCodes(f *testing.F) {
	f.Add(file)
	f.Add("[a]\n1-2|ok")
	f.Fuzz(func(t *testing.T, text string) {
		codes, err := facts.ParseCodes(text)
		if err != nil {
			return
		}
		for row := range codes.All() {
			found, ok := codes.Lookup(row.Code)
			if !ok || found != row {
				t.Fatalf("row %+v is not found by its code: %+v", row, found)
			}
		}
	})
}

func ExampleParseCodes() {
	codes, err := facts.ParseCodes(`
		# Acme: from the interface document of 2026-03, read on 2026-11-21.
		0   | ok      | 成功
		108 | balance | 余额不足 | top up in the console | 在控制台充值
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	row, _ := codes.Lookup("108")
	fmt.Println(row.Kind, row.Words, row.Remedy)
	// Output: balance 余额不足 top up in the console
}

// A limit that lasts until midnight ends at the midnight of Beijing, wherever the clock
// stands.
func TestF7(t *testing.T) {
	t.Parallel()
	codes, err := facts.ParseCodes("1 | throttled by account, wait until midnight\n2 | throttled by account, may have been sent, wait 3s\n3 | balance")
	require.NoError(t, err)
	untilMidnight, _ := codes.Lookup("1")
	require.True(t, untilMidnight.UntilMidnight)
	beijing, newYork := time.FixedZone("UTC+8", 8*60*60), time.FixedZone("UTC-5", -5*60*60)
	for _, test := range []struct {
		now  time.Time
		want time.Duration
	}{
		{time.Date(2026, 2, 28, 20, 0, 0, 0, beijing), 4 * time.Hour},
		{time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC), 4 * time.Hour},
		{time.Date(2026, 2, 28, 7, 0, 0, 0, newYork), 4 * time.Hour},
		{time.Date(2026, 2, 28, 0, 0, 0, 0, beijing), 24 * time.Hour},
		{time.Date(2025, 12, 31, 23, 59, 59, 999_999_999, beijing), 1},
		{time.Date(2026, 1, 1, 0, 0, 0, 1, beijing), 24*time.Hour - 1},
	} {
		require.Equal(t, test.want, untilMidnight.WaitAt(test.now), test.now)
	}
	seconds, _ := codes.Lookup("2")
	require.Equal(t, 3*time.Second, seconds.WaitAt(time.Now()))
	none, _ := codes.Lookup("3")
	require.Zero(t, none.WaitAt(time.Now()))
}
