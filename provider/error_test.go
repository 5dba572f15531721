package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  *provider.Error
		want string
	}{
		{
			"refusal",
			&provider.Error{
				Provider: "ihuyi", Op: provider.OpSend, Kind: provider.KindBalance,
				Code: "4051", Text: "no messages left", HTTPStatus: 200,
			},
			"ihuyi: send: balance: 4051: no messages left",
		},
		{
			"broken exchange",
			&provider.Error{
				Provider: "tencent", Op: provider.OpSend, Kind: provider.KindUnavailable,
				HTTPStatus: 502, MayHaveSent: true, Err: io.ErrUnexpectedEOF,
			},
			"tencent: send: unavailable: unexpected EOF (HTTP 502) (may have been sent)",
		},
		{
			"status of a success that is not the usual one",
			&provider.Error{Kind: provider.KindUnavailable, HTTPStatus: 204},
			"unavailable (HTTP 204)",
		},
		{
			"limit of a phone",
			&provider.Error{Provider: "mob", Op: provider.OpSend, Kind: provider.KindThrottled, Scope: provider.ScopePhone},
			"mob: send: throttled by phone",
		},
		{
			"limit of an account",
			&provider.Error{Op: provider.OpSend, Kind: provider.KindThrottled, Scope: provider.ScopeAccount},
			"send: throttled by account",
		},
		{
			"limit of nobody knows whom",
			&provider.Error{Op: provider.OpSend, Kind: provider.KindThrottled},
			"send: throttled",
		},
		{
			"scope means nothing elsewhere",
			&provider.Error{Kind: provider.KindAuth, Scope: provider.ScopePhone},
			"auth",
		},
		{
			"words and causes that break the line",
			&provider.Error{
				Provider: "ihuyi", Op: provider.OpSend, Text: "no\r\nihuyi: send: accepted\x1b[2K",
				Err: errors.Join(io.EOF, context.Canceled),
			},
			"ihuyi: send: unknown: no ; ihuyi: send: accepted [2K: EOF; context canceled",
		},
		{
			"words that turn the line around or end it in some viewers",
			&provider.Error{Text: "余额不足\u202eko\u2028next\u200f"},
			"unknown: 余额不足 ko next ",
		},
		{"zero", &provider.Error{}, "unknown"},
		{"nil", nil, "sms: <nil>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.err.Error())
		})
	}
}

func TestErrorMatchesItsKindOnly(t *testing.T) {
	t.Parallel()
	kinds := provider.Kinds()
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			err := error(&provider.Error{Kind: kind})
			wrapped := fmt.Errorf("sign up: %w", errors.Join(io.EOF, err))
			for _, other := range kinds {
				require.Equal(t, other == kind, errors.Is(err, other), "%v", other)
				require.Equal(t, other == kind, errors.Is(wrapped, other), "wrapped, %v", other)
			}
			require.Equal(t, kind == provider.KindUnsupported, errors.Is(err, errors.ErrUnsupported))
			require.Equal(t, kind.String(), kind.Error())
		})
	}
}

func TestErrorUnwrap(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("dial: %w", context.DeadlineExceeded)
	err := error(&provider.Error{Kind: provider.KindUnavailable, Err: cause})
	require.ErrorIs(t, err, cause)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, context.Canceled)
	require.NoError(t, (&provider.Error{}).Unwrap())
}

func TestErrorIsFoundByType(t *testing.T) {
	t.Parallel()
	inner := &provider.Error{Provider: "ihuyi", Kind: provider.KindThrottled, RetryAfter: time.Minute}
	var found *provider.Error
	require.ErrorAs(t, fmt.Errorf("sign up: %w", errors.Join(io.EOF, inner)), &found)
	require.Same(t, inner, found)
}

func TestNilErrorAnswersEverything(t *testing.T) {
	t.Parallel()
	var none *provider.Error
	require.NoError(t, none.Unwrap())
	require.False(t, none.Is(provider.KindUnknown), "the zero kind is no match for nothing")
	require.False(t, none.Is(errors.ErrUnsupported))
	require.False(t, provider.MayHaveSent(none))
	require.NotErrorIs(t, error(none), provider.KindUnknown)
	require.Equal(t, "sms: <nil>", fmt.Sprint(error(none)))
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		text   string
		values []string
		want   string
	}{
		{"nothing to strike", "template refused", nil, "template refused"},
		{"empty value", "template refused", []string{""}, "template refused"},
		{"one value", "key hunter2 refused", []string{"hunter2"}, "key *** refused"},
		{"every place", "hunter2 hunter2", []string{"hunter2"}, "*** ***"},
		{"short value inside a long one", "key 12345678", []string{"1234", "12345678"}, "key ***"},
		{"long value first", "key 12345678", []string{"12345678", "1234"}, "key ***"},
		{"stars are no value", "key 1234", []string{"1234", "*"}, "key ***"},
		{"as in a form", "secret=a%2Bb%3D&name=%E5%BC%A0+%E4%B8%89", []string{"a+b=", "张 三"}, "secret=***&name=***"},
		{"not in the text", "template refused", []string{"hunter2"}, "template refused"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			before := append([]string(nil), tc.values...)
			require.Equal(t, tc.want, provider.Redact(tc.text, tc.values...))
			require.Equal(t, before, tc.values, "the caller's values stay as they were")
		})
	}
}

func TestMessageRedact(t *testing.T) {
	t.Parallel()
	message := func(params provider.Params) provider.Message {
		return provider.Message{To: provider.MustParsePhone(someNumber), Template: "login", Params: params}
	}
	for _, tc := range []struct {
		name    string
		message provider.Message
		text    string
		want    string
	}{
		{"number", message(nil), "bad number 13800138000", "bad number ***"},
		{"number with country", message(nil), "bad number +8613800138000", "bad number +86***"},
		{"code", message(provider.Params{"code": "042137"}), "text 042137 refused", "text *** refused"},
		{"short code", message(provider.Params{"code": "421"}), "text 421 refused", "text *** refused"},
		{"name", message(provider.Params{"name": "张三"}), "张三 refused", "*** refused"},
		{"four bytes", message(provider.Params{"door": "12B4"}), "12B4 refused", "*** refused"},
		{"three bytes stay", message(provider.Params{"door": "12B"}), "12B refused", "12B refused"},
		{"short value stays", message(provider.Params{"minutes": "10"}), "valid for 10 minutes", "valid for 10 minutes"},
		{
			"values inside each other",
			message(provider.Params{"code": "1380", "order": "13801"}),
			"13801 and 1380 and 13800138000", "*** and *** and ***",
		},
		{"empty message", provider.Message{}, "no number", "no number"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.message.Redact(tc.text))
		})
	}
}

// TestMessageRedactWithSecrets has a code that occurs in a secret by chance.
func TestMessageRedactWithSecrets(t *testing.T) {
	t.Parallel()
	m := provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login",
		Params: provider.Params{provider.ParamCode: "4567"},
	}
	got := m.Redact("key 0123456789abcdef, code 4567, phone 13800138000", "0123456789abcdef")
	require.Equal(t, "key ***, code ***, phone ***", got)
}

func TestErrorLineIsBounded(t *testing.T) {
	t.Parallel()
	err := &provider.Error{Provider: "acme", Op: provider.OpSend, Text: strings.Repeat("长", 1<<20), MayHaveSent: true}
	line := err.Error()
	require.Less(t, len(line), 1100)
	require.True(t, utf8.ValidString(line))
	require.NotContains(t, line, "\ufffd", "no character is cut in two")
	require.True(t, strings.HasSuffix(line, "… (may have been sent)"), "what else there is to say still stands")

	whole := strings.Repeat("x", 1000)
	require.EqualError(t, &provider.Error{Text: whole}, "unknown: "+whole)
	require.EqualError(t, &provider.Error{Text: whole + "x"}, "unknown: "+whole+"…")
}
