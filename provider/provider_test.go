package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestMessageValidate(t *testing.T) {
	t.Parallel()
	phone := provider.MustParsePhone(someNumber)
	for _, tc := range []struct {
		name    string
		message provider.Message
		want    error
		field   string
	}{
		{"complete", provider.Message{To: phone, Template: "login"}, nil, ""},
		{"no phone", provider.Message{Template: "login"}, provider.KindRecipient, "To:"},
		{"no template", provider.Message{To: phone}, provider.KindTemplate, "Template:"},
		{"nothing", provider.Message{}, provider.KindRecipient, "To:"},
		{"ref of other characters", provider.Message{To: phone, Template: "login", Ref: "订单 7"}, nil, ""},
		{"ref that is not UTF-8", provider.Message{To: phone, Template: "login", Ref: "7\xff"}, provider.KindConfig, "Ref:"},
		{"captcha that is not UTF-8", provider.Message{To: phone, Template: "login", Captcha: "\xff"}, provider.KindConfig, "Captcha:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := tc.message.Validate()
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.field)
			require.False(t, provider.MayHaveSent(err))
		})
	}
}
