package catalog

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/zhenzi"
)

// unmade is the provider that each adapter's New returns beside an error.
func unmade() map[string]provider.Provider {
	made := map[string]provider.Provider{}
	made[aliyun.DefaultName], _ = aliyun.New(aliyun.Config{})
	made[aliyun.DefaultVerificationName], _ = aliyun.NewVerification(aliyun.VerificationConfig{})
	made[bmob.DefaultName], _ = bmob.New(bmob.Config{})
	made[ihuyi.DefaultName], _ = ihuyi.New(ihuyi.Config{})
	made[mob.DefaultName], _ = mob.New(mob.Config{})
	made[relay.DefaultName], _ = relay.New(relay.Config{})
	made[ronglian.DefaultName], _ = ronglian.New(ronglian.Config{})
	made[tencent.DefaultName], _ = tencent.New(tencent.Config{})
	made[zhenzi.DefaultName], _ = zhenzi.New(zhenzi.Config{})
	return made
}

// A provider that New has not made, or has refused to make, says so, whatever it is
// asked.
func TestC6(t *testing.T) {
	t.Parallel()
	for _, a := range Adapters() {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			zero, ok := reflect.New(reflect.TypeOf(a.provider).Elem()).Interface().(provider.Provider)
			require.True(t, ok)
			saysSo(t, zero)
			saysSo(t, unmade()[a.Name])
		})
	}
	t.Run("mob.SDKVerifier", func(t *testing.T) {
		t.Parallel()
		made, err := mob.NewSDKVerifier(mob.Config{})
		require.Error(t, err)
		for _, v := range []*mob.SDKVerifier{made, {}} {
			require.Contains(t, panicOf(func() { _ = v.Verify(t.Context(), provider.Receipt{}, "1234") }), "use its package's New")
		}
	})
}

func saysSo(t *testing.T, p provider.Provider) {
	t.Helper()
	calls := map[string]func(){
		"Send": func() {
			_, _ = p.Send(t.Context(), provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
		},
	}
	if able, ok := p.(provider.BatchSender); ok {
		calls["SendBatch"] = func() {
			_, _ = able.SendBatch(t.Context(), provider.Message{Template: "login"}, []provider.Phone{provider.MustParsePhone("13800138000")})
		}
	}
	if able, ok := p.(provider.Verifier); ok {
		calls["Verify"] = func() { _ = able.Verify(t.Context(), provider.Receipt{}, "1234") }
	}
	if able, ok := p.(provider.BalanceReader); ok {
		calls["ReadBalance"] = func() { _, _ = able.ReadBalance(t.Context()) }
	}
	if able, ok := p.(provider.StatusReader); ok {
		calls["ReadStatus"] = func() {
			_, _ = able.ReadStatus(t.Context(), provider.Receipt{ID: "1", To: provider.MustParsePhone("13800138000")})
		}
	}
	if able, ok := p.(provider.CodeMaker); ok {
		calls["CodeTemplates"] = func() { able.CodeTemplates() }
	}
	if able, ok := p.(provider.CaptchaIssuer); ok {
		calls["IssueCaptcha"] = func() { _, _ = able.IssueCaptcha(t.Context()) }
		calls["SolveCaptcha"] = func() { _, _ = able.SolveCaptcha(t.Context(), "1", "2") }
	}
	if able, ok := p.(provider.ReportPuller); ok {
		calls["PullReports"] = func() { _, _ = able.PullReports(t.Context(), provider.ReportDelivery, 1) }
	}
	if able, ok := p.(provider.ReportParser); ok {
		text := panicOf(func() {
			_, _ = able.ParseReports(httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader("[]")))
		})
		if text != noPanic { // a push can be read without settings
			require.Contains(t, text, "use its package's New")
		}
	}
	for name, call := range calls {
		require.Contains(t, panicOf(call), "use its package's New", name)
	}
	require.Empty(t, p.Name())
	require.NotPanics(t, func() { _ = fmt.Sprintf("%v %+v %#v", p, p, p) })
	_, err := failover.NewChain(failover.ChainConfig{}, failover.Member{Provider: p})
	require.ErrorContains(t, err, "was it made with its package's New")
}

// panicOf returns what f panics with, or that it does not.
func panicOf(f func()) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprint(value)
		}
	}()
	f()
	return noPanic
}

const noPanic = "no panic"
