package mob_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
)

// verifiers are the two ways in which codes are checked.
var verifiers = []struct {
	name, at, golden string
	build            func(mob.Config) (provider.Verifier, error)
}{
	{"codes of sendmsg", "POST https://webapi.sms.mob.com/sms/checkcode", "request-checkcode.http", func(cfg mob.Config) (provider.Verifier, error) { return mob.New(cfg) }},
	{"codes of a phone's SDK", "POST https://webapi.sms.mob.com/sms/verify", "request-verify.http", func(cfg mob.Config) (provider.Verifier, error) {
		cfg.Templates = nil
		return mob.NewSDKVerifier(cfg)
	}},
}

func sentReceipt() provider.Receipt {
	return provider.Receipt{Provider: "mob", To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, v := range verifiers {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{At: v.at, Reply: wiretest.Read(t, "reply-done.json")}
			verifier, err := v.build(newConfig(stub.Client()))
			require.NoError(t, err)
			require.NoError(t, verifier.Verify(t.Context(), sentReceipt(), "0421"))
			wiretest.Golden(t, v.golden, stub.Only(t))
		})
	}
}

func TestVerifyFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
		code        string
	}{
		{name: "wrong", reply: wiretest.Read(t, "reply-wrong-code.json"), want: provider.KindCodeMismatch, code: "468"},
		{name: "too many checks", reply: `{"status":467}`, want: provider.KindCodeExpired, code: "467"},
		{
			name: "words that repeat number, code and key", want: provider.KindCodeMismatch, code: "468",
			reply: `{"status":"468","error":"13800138000 0421 ` + appKey + `"}`,
		},
		{name: "internal error", reply: `{"status":500}`, want: provider.KindUnavailable, code: "500"},
		{name: "no status", reply: `{}`, want: provider.KindUnavailable},
		{name: "done, under HTTP 502", status: http.StatusBadGateway, reply: `{"status":200}`, want: provider.KindUnavailable},
		{name: "the number for a status", reply: `{"status":"13800138000"}`, want: provider.KindUnknown, code: "***"},
	}
	for _, v := range verifiers {
		for _, tt := range tests {
			t.Run(v.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				stub := &wiretest.Stub{At: v.at, Status: tt.status, Reply: tt.reply}
				verifier, err := v.build(newConfig(stub.Client()))
				require.NoError(t, err)
				err = verifier.Verify(t.Context(), sentReceipt(), "0421")
				require.ErrorIs(t, err, tt.want)
				requireVerifyError(t, err, tt.code)
			})
		}
	}
}

// requireVerifyError checks what holds of every failed check.
func requireVerifyError(t *testing.T, err error, code string) {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, provider.OpVerify, failure.Op)
	require.Equal(t, "mob", failure.Provider)
	require.Equal(t, code, failure.Code)
	require.False(t, failure.MayHaveSent, "a check sends nothing")
	for _, secret := range []string{"13800138000", "0421", appKey} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestVerifyBadInput(t *testing.T) {
	t.Parallel()
	byCaller, nobody := sentReceipt(), sentReceipt()
	byCaller.Code = provider.CodeByCaller
	nobody.To = provider.Phone{}
	tests := []struct {
		name, code string
		receipt    provider.Receipt
		want       error
		names      string
	}{
		{name: "the caller's code", receipt: byCaller, code: "0421", want: provider.KindUnsupported, names: "Receipt.Code"},
		{name: "no phone", receipt: nobody, code: "0421", want: provider.KindRecipient, names: "Receipt.To"},
		{name: "empty code", receipt: sentReceipt(), want: provider.KindCodeMismatch, names: "code: "},
		{name: "letters", receipt: sentReceipt(), code: "0421a", want: provider.KindCodeMismatch, names: "code: "},
	}
	for _, v := range verifiers {
		for _, tt := range tests {
			t.Run(v.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				stub := &wiretest.Stub{}
				verifier, err := v.build(newConfig(stub.Client()))
				require.NoError(t, err)
				err = verifier.Verify(t.Context(), tt.receipt, tt.code)
				require.ErrorIs(t, err, tt.want)
				require.ErrorContains(t, err, tt.names)
				requireVerifyError(t, err, "")
				require.Empty(t, stub.Requests(), "no try is spent")
			})
		}
	}
}
