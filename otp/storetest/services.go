package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

const (
	typed   = "138 0013 8000"
	session = "a session's secret"
)

var (
	phone = provider.MustParsePhone(typed)
	key   = provider.Secret(strings.Repeat("k", otp.MinKey))
)

// RunServices tests what services make of the stores that newHarness makes, one for each
// test: two instances race for the right code, a process dies between each two calls, and
// whoever reads the store learns nothing. Harness.Dump must be set.
func RunServices(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for name, test := range map[string]func(t *testing.T, h Harness){
		"one right code of many": raceServices,
		"shows no secret":        seekSecrets,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHarness(t))
		})
	}
	t.Run("a process that dies", func(t *testing.T) {
		t.Parallel()
		for _, when := range []string{"before", "after"} {
			for call := 1; call < len(lives); call++ {
				dies(t, newHarness(t), call, when == "after")
			}
		}
	})
}

// newService makes one of several instances on a store. What it sends is kept by sms.
func newService(t *testing.T, store otp.Store, sms provider.Provider) *otp.Service {
	t.Helper()
	s, err := otp.New(otp.Config{
		Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}, Store: store, Guard: otp.NoGuard, StoreTimeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(phone string) otp.StartRequest {
	return otp.StartRequest{Purpose: "login", Phone: phone, Binding: session}
}

func check(id, code string) otp.CheckRequest {
	return otp.CheckRequest{ID: id, Purpose: "login", Binding: session, Code: code}
}

// checkThere checks a code and reports whether it was right.
func checkThere(ctx context.Context, t *testing.T, s *otp.Service, id, code string) bool {
	t.Helper()
	_, err := s.Check(ctx, check(id, code))
	return err == nil
}
