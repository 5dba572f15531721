package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStory(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, nil, &out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Equal(t, "free 1, paid 3, verified yes", lines[len(lines)-1])

	story := out.String()
	for _, want := range []string{
		"relay               sent it, free",
		"aliyun-verification sent it, paid",
		"The two texts carry the same code: yes.",
		"relay               refused: unavailable (no_phone_online)",
		"aliyun-verification refused: balance (isv.OUT_OF_SERVICE)",
		"tencent             refused: balance (FailedOperation.InsufficientBalanceInSmsPackage)",
		"ihuyi               sent it, paid",
		"nothing is paid",
	} {
		require.Contains(t, story, want)
	}
	require.Regexp(t, `(?s)The phone sent: 您的验证码是([0-9]{6}).*The text: 【速通互联验证码】.*验证码([0-9]{6})，5分钟内有效`, story)
	require.NotRegexp(t, `1[3-9][0-9]{9}`, story, "numbers are masked")
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{name: "unknown flag", args: []string{"--frm", "x"}, want: []string{"frm"}},
		{name: "argument", args: []string{"13800138000"}, want: []string{"unexpected argument"}},
		{name: "providers without a number", args: []string{"--ihuyi-account", "C1"}, want: []string{"--to"}},
		{name: "a setting without a number", args: []string{"--tencent-app-id", "5"}, want: []string{"--to", "paid provider"}},
		{name: "everything at once", args: []string{"--to", "138", "--tencent-secret-id", "x"}, want: []string{"--to", "--tencent-app-id"}},
		{name: "a number without a paid provider", args: []string{"--to", "13800138000"}, want: []string{"paid provider"}},
		{name: "half of Tencent", args: []string{"--to", "13800138000", "--tencent-secret-id", "x"}, want: []string{"--tencent-app-id", "--tencent-sign", "--tencent-template"}},
		{name: "half of Aliyun", args: []string{"--to", "13800138000", "--aliyun-access-key-id", "x"}, want: []string{"--aliyun-sign"}},
		{name: "a text without the code", args: []string{"--to", "13800138000", "--ihuyi-account", "C1", "--ihuyi-text", "Hello."}, want: []string{"--ihuyi-text", "{code}"}},
		{name: "bad number", args: []string{"--to", "138", "--ihuyi-account", "C1"}, want: []string{"--to", "phone number"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), tt.args, strings.NewReader(""), &out)
			require.Error(t, err)
			for _, want := range tt.want {
				require.ErrorContains(t, err, want)
			}
			require.Empty(t, out.String(), "an error is told once")
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.Error(t, run(t.Context(), []string{"--help"}, nil, &out))
	for _, want := range []string{"--to", "-relay-url", "CNSMS_ALIYUN_ACCESS_KEY_SECRET", "CNSMS_TENCENT_SECRET_KEY", "CNSMS_IHUYI_API_KEY", "CNSMS_RELAY_TOKEN"} {
		require.Contains(t, out.String(), want)
	}
}
