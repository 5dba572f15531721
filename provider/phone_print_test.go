package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestPhoneMask(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, number, want string }{
		{"mainland", "13800138000", "138****8000"},
		{"ten digits", "+12025550123", "+1 202***0123"},
		{"eleven digits", "+4915112345678", "+49 151****5678"},
		{"longest", "+123456789012345", "+1 234*******2345"},
		{"nine digits", "+33612345678", "+33 6******78"},
		{"eight digits", "+85251234567", "+852 5*****67"},
		{"six digits", "+290123456", "+290 1***56"},
		{"five digits", "+29012345", "+290 ****5"},
		{"four digits", "+2901234", "+290 ***4"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, provider.MustParsePhone(tc.number).String())
		})
	}
}

func TestMaskHidesThreeDigitsOrMore(t *testing.T) {
	t.Parallel()
	for _, country := range []string{"1", "49", "290"} {
		for length := 7; length <= 15; length++ {
			number := "+" + country + strings.Repeat("5", length-len(country))
			phone, err := provider.ParsePhone(number)
			require.NoError(t, err, number)
			require.GreaterOrEqual(t, strings.Count(phone.String(), "*"), 3, "%d digits", length)
			require.Len(t, phone.String(), len("+ ")+length, "%d digits", length)
		}
	}
}

func TestPhonePrintsMasked(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	for _, verb := range verbs {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, someMasked, fmt.Sprintf(verb, phone))
		})
	}
}

func TestPhoneStaysHiddenWhereFmtAsksNobody(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	for _, verb := range []string{"%T", "%p", "%w", "%s%!"} {
		for _, value := range []any{phone, exportedHolder{phone}, unexportedHolder{to: phone}, []provider.Phone{phone}} {
			require.NotContains(t, fmt.Errorf(verb, value).Error(), "00138000", "%s of %T", verb, value)
		}
	}
}

// Holders of a phone, as users write them. fmt asks the type only where the
// field is exported.
type (
	exportedHolder   struct{ To provider.Phone }
	unexportedHolder struct {
		n  int
		to provider.Phone
	}
	deepHolder struct {
		inner unexportedHolder
		list  []provider.Phone
		byKey map[provider.Phone]provider.Phone
		any   any
		ptr   *provider.Phone
	}
	embeddingHolder struct{ provider.Phone }
)

func TestPhonePrintsMaskedInsideOtherValues(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	message := provider.Message{To: phone, Template: "login", Params: provider.Params{provider.ParamCode: "042137"}}
	receipt := provider.Receipt{Provider: "ihuyi", ID: "1", To: phone}
	unexported := unexportedHolder{n: 1, to: phone}
	for _, tc := range []struct {
		name  string
		value any
	}{
		{"pointer", &phone},
		{"slice", []provider.Phone{phone}},
		{"map", map[provider.Phone]provider.Phone{phone: phone}},
		{"exported field", exportedHolder{phone}},
		{"pointer to exported field", &exportedHolder{phone}},
		{"unexported field", unexported},
		{"pointer to unexported field", &unexported},
		{"slice of unexported fields", []unexportedHolder{unexported}},
		{"slice of pointers", []*unexportedHolder{&unexported}},
		{"deep", deepHolder{
			unexported,
			[]provider.Phone{phone},
			map[provider.Phone]provider.Phone{phone: phone},
			phone, &phone,
		}},
		{"embedded", embeddingHolder{phone}},
		{"message", message},
		{"pointer to message", &message},
		{"receipt", receipt},
		{"batch result", provider.BatchResult{To: phone, Receipt: receipt}},
		{"report", provider.Report{Phone: phone}},
		{"error", &provider.Error{Op: provider.OpSend, Kind: provider.KindRecipient, Err: fmt.Errorf("to %v", phone)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range verbs {
				out := fmt.Sprintf(verb, tc.value)
				require.NotContains(t, out, someNumber, "%s", verb)
				require.NotContains(t, out, "00138000", "%s", verb)
				require.NotContains(t, out, fmt.Sprintf("%x", someNumber), "%s", verb)
				require.NotContains(t, out, "042137", "%s", verb)
			}
			require.NotContains(t, fmt.Sprint(tc.value), someNumber)
			require.NotContains(t, fmt.Sprintln(tc.value), someNumber)
		})
	}
}

// TestPhoneHoldsNoReadableNumber prints what fmt takes out of an unexported field.
func TestPhoneHoldsNoReadableNumber(t *testing.T) {
	t.Parallel()
	for _, number := range []struct {
		full             string
		digits, national uint64
	}{
		{"+86" + someNumber, 8613800138000, 13800138000},
		{"+2901234", 2901234, 1234},
		{"+123456789012345", 123456789012345, 23456789012345},
	} {
		holder := unexportedHolder{to: provider.MustParsePhone(number.full)}
		for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%X", "%o", "%b", "%U"} {
			out := fmt.Sprintf(verb, holder)
			require.NotContains(t, out, fmt.Sprintf(verb, number.digits), "%s", verb)
			require.NotContains(t, out, fmt.Sprintf(verb, number.national), "%s", verb)
		}
	}
}

func TestLogsAreMasked(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	message := provider.Message{
		To: phone, Template: "login", Ref: "order-7", Attempt: 2,
		Params: provider.Params{provider.ParamCode: "042137"},
	}
	receipt := provider.Receipt{Provider: "ihuyi", ID: "77", To: phone}
	for _, tc := range []struct {
		name  string
		value any
		shown []string
	}{
		{"phone", phone, []string{someMasked}},
		{"pointer to phone", &phone, []string{someMasked}},
		{"message", message, []string{someMasked, "login", "order-7", "map[code:***]"}},
		{"pointer to message", &message, []string{someMasked, "login"}},
		{"receipt", receipt, []string{someMasked, "ihuyi", "77", "caller"}},
		{"report", provider.Report{Provider: "tencent", Phone: phone, Reply: "042137"}, []string{someMasked, "tencent", "delivery"}},
		{"result", provider.BatchResult{To: phone, Receipt: receipt}, []string{someMasked, "77"}},
		{"failed result", provider.BatchResult{To: phone, Err: provider.KindBalance}, []string{someMasked, "balance"}},
		{"params", message.Params, []string{"map[code:***]"}},
		{"secret", provider.Secret("hunter2"), []string{"***"}},
		{"unexported field", unexportedHolder{to: phone}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, jsonLine := logBoth(t, tc.value)
			for _, line := range []string{text, jsonLine} {
				for _, secret := range []string{someNumber, "042137", "hunter2"} {
					require.NotContains(t, line, secret)
				}
				for _, shown := range tc.shown {
					require.Contains(t, line, shown)
				}
			}
			require.True(t, json.Valid([]byte(jsonLine)))
		})
	}
}

func TestLogsAreMaskedInGroupsAndWith(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, nil)).With("to", phone).WithGroup("sms")
	logger.LogAttrs(context.Background(), slog.LevelInfo, "sent", slog.Group("message", "phone", phone))
	require.NotContains(t, out.String(), someNumber)
	require.Equal(t, 2, strings.Count(out.String(), someMasked))
}

func TestPhoneWithoutItsFullNumberIsNoNumber(t *testing.T) {
	t.Parallel()
	_, err := provider.ParsePhone(provider.MustParsePhone(someNumber).String())
	require.ErrorIs(t, err, provider.KindRecipient, "a masked number does not parse")
	_, err = strconv.Atoi(provider.MustParsePhone(someNumber).String())
	require.Error(t, err)
}
