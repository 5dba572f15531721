package otp_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// constants are the values of the constants of a type, as the source has them.
func constants(t *testing.T, kind string) (values []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == kind && len(spec.Values) == 1 {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				values = append(values, value)
			}
			return true
		})
	}
	return values
}

func isChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestWordsAreThereForEveryCode goes over the closed list as the source has it.
func TestWordsAreThereForEveryCode(t *testing.T) {
	t.Parallel()
	codes := constants(t, "Code")
	require.Len(t, codes, 14)
	for _, lang := range []string{"zh", "en"} {
		seen := map[string]string{}
		for _, code := range codes {
			for _, wait := range []time.Duration{0, time.Minute} {
				text := otp.Words(lang).For(&otp.Error{Code: otp.Code(code), RetryAfter: wait})
				require.NotEmpty(t, text, code)
				require.Equal(t, lang == "zh", isChinese(text), text)
				require.NotContains(t, text, "{", code)
				require.NotContains(t, seen, text+code)
				if wait == 0 {
					require.Empty(t, seen[text], "%s says the same as %s", code, seen[text])
					seen[text] = code
				}
			}
		}
		for _, state := range constants(t, "State") {
			text := otp.Words(lang).About(otp.Verification{State: otp.State(state), ExpiresIn: time.Minute})
			require.NotEmpty(t, text, state)
			require.Equal(t, lang == "zh", isChinese(text), text)
			require.NotContains(t, text, "{", state)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		zh, en string
	}{
		{nil, "", ""},
		{errors.New("any"), "服务繁忙，请稍后再试", "The service is busy. Try again later."},
		{&otp.Error{Code: "new"}, "服务繁忙，请稍后再试", "The service is busy. Try again later."},
		{fmt.Errorf("wrapped: %w", &otp.Error{Code: otp.BadPhone}), "手机号格式不正确，请检查后重新输入", "This is not a valid phone number. Check it and try again."},
		{&otp.Error{Code: otp.WrongCode, TriesLeft: 3}, "验证码错误，还可以再试 3 次", "Wrong code. You can try 3 more times."},
		{&otp.Error{Code: otp.WrongCode, TriesLeft: 1}, "验证码错误，还可以再试 1 次", "Wrong code. You can try once more."},
		{&otp.Error{Code: otp.WrongCode}, "验证码错误或已失效，请重新获取", "This code is wrong or no longer valid. Request a new one."},
		{&otp.Error{Code: otp.BadRequest, Rule: "code"}, "请输入验证码", "Enter the code."},
		{&otp.Error{Code: otp.Wait, Rule: "resend", RetryAfter: 59001 * time.Millisecond}, "验证码已发送，请 60 秒后再试", "A code has been sent. Try again in 60 seconds."},
		{&otp.Error{Code: otp.Wait, Rule: "guesses", RetryAfter: 23*time.Hour + time.Second}, "该手机号验证码错误次数过多，请 24 小时后再试", "Too many wrong codes for this number. Try again in 24 hours."},
		{&otp.Error{Code: otp.Wait, Rule: "R1", RetryAfter: 121 * time.Second}, "该手机号获取验证码过于频繁，请 3 分钟后再试", "Too many codes were requested for this number. Try again in 3 minutes."},
		{&otp.Error{Code: otp.Wait, Rule: "a rule to come"}, "操作过于频繁，请稍后再试", "Too many requests. Try again later."},
		{&otp.Error{Code: otp.Blocked, Rule: "R5"}, "暂不支持该国家或地区的手机号", "Numbers of this country or region are not supported."},
	} {
		require.Equal(t, c.zh, otp.Words("zh").For(c.err))
		require.Equal(t, c.en, otp.Words("en").For(c.err))
	}
}

func TestWordsAboutAVerification(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v      otp.Verification
		zh, en string
	}{
		{otp.Verification{State: otp.Pending, Sent: true, ExpiresIn: 10 * time.Minute}, "验证码已发送，10 分钟内有效", "A code has been sent. It is valid for 10 minutes."},
		{otp.Verification{State: otp.Reserved, ExpiresIn: time.Second}, "验证码已发送，请查看手机短信，1 秒内有效", "A code has been sent. Look at your text messages. It is valid for 1 second."},
		{otp.Verification{State: otp.Pending, Delivered: true, ExpiresIn: 2 * time.Minute}, "短信已送达，请在手机上查看，120 秒内有效", "The text has been delivered. Look at your phone. The code is valid for 120 seconds."},
		{otp.Verification{State: otp.Approved}, "验证成功", "Your number is verified."},
		{otp.Verification{State: otp.Expired}, "验证码已过期，请重新获取", "This code has expired. Request a new one."},
	} {
		require.Equal(t, c.zh, otp.Words("zh").About(c.v))
		require.Equal(t, c.en, otp.Words("en").About(c.v))
	}
}

func TestWordsAreInTheLanguageThatIsWantedMost(t *testing.T) {
	t.Parallel()
	for list, zh := range map[string]bool{
		"": true, "zh": true, "en": false, "EN-us": false, "zh-TW,en;q=0.9": true, "en;q=0.8,zh;q=0.9": true, "fr,en;q=0.5,zh;q=0.4": false,
		"fr": true, "*": true, "fr, *;q=0.1": true, "en;q=0, zh;q=0.1": true, "en;q=0": true, "zh;q=0,en;q=0.1": false,
		"en;q=NaN,zh;q=0.1": true, "en;q=2": true, "en;q": true, "en;q=Inf": true, " en ; q=1 ": false, "eng": true, "en_US": true, ";;,,-": true,
		strings.Repeat("fr,", 32) + "en": true, strings.Repeat("fr,", 31) + "en": false,
	} {
		require.Equal(t, zh, isChinese(otp.Words(list).For(otp.Used)), "%q", list)
	}
}
