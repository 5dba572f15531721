package otp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

const (
	typed   = "138 0013 8000"
	session = "a session's secret"
)

var (
	phone = provider.MustParsePhone(typed)
	key   = provider.Secret(strings.Repeat("k", otp.MinKey))
)

// newService makes a service on a fake sender. change may change its settings.
func newService(tb testing.TB, change ...func(cfg *otp.Config)) (*otp.Service, *fake.Provider) {
	tb.Helper()
	sms := &fake.Provider{}
	cfg := otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}}
	for _, each := range change {
		each(&cfg)
	}
	s, err := otp.New(cfg)
	require.NoError(tb, err)
	return s, sms
}

func start() otp.StartRequest {
	return otp.StartRequest{Purpose: "login", Phone: typed, Binding: session}
}

func check(id, code string) otp.CheckRequest {
	return otp.CheckRequest{ID: id, Purpose: "login", Binding: session, Code: code}
}

// other returns a code that is certainly another one.
func other(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}

func resend(id string) otp.ResendRequest {
	return otp.ResendRequest{ID: id, Purpose: "login", Binding: session}
}
