package bmob_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

const code = "876845"

func inBody(cfg *bmob.Config) { cfg.VerifyInBody = true }

func sentReceipt() provider.Receipt {
	return provider.Receipt{Provider: "bmob", ID: "1232222", To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, golden string
		adjust       func(*bmob.Config)
	}{
		{name: "in the path", golden: "request-verify.http"},
		{name: "in the path, signed", adjust: signed, golden: "request-verify-signed.http"},
		{name: "in the body", adjust: inBody, golden: "request-verify-body.http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-verified.json")}
			require.NoError(t, newProvider(t, newConfig(stub.Client()), tt.adjust).Verify(t.Context(), sentReceipt(), code))
			wiretest.Golden(t, tt.golden, stub.Only(t))
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
		{name: "wrong", status: http.StatusBadRequest, reply: `{"code":207,"error":"code error:` + code + `."}`, want: provider.KindCodeMismatch, code: "207"},
		{
			name: "words that repeat everything", status: http.StatusBadRequest, want: provider.KindCodeMismatch, code: "207",
			reply: `{"code":207,"error":"13800138000 ` + code + ` ` + restKey + `"}`,
		},
		{name: "the code for a code", status: http.StatusBadRequest, reply: `{"code":` + code + `}`, want: provider.KindUnknown, code: "***"},
		{name: "unauthorized", status: http.StatusUnauthorized, reply: `{"error":"unauthorized"}`, want: provider.KindAuth, code: "401"},
		{name: "busy", status: http.StatusInternalServerError, reply: `{"error":"x"}`, want: provider.KindUnavailable, code: "500"},
		{name: "an empty object", reply: `{}`, want: provider.KindUnavailable},
		{name: "another message", reply: `{"msg":"no"}`, want: provider.KindUnavailable},
		{name: "ok, under 502", status: http.StatusBadGateway, reply: `{"msg":"ok"}`, want: provider.KindUnavailable},
		{name: "ok and an error", reply: `{"msg":"ok","error":"x"}`, want: provider.KindUnknown},
		{name: "a redirect", status: http.StatusFound, reply: `{"msg":"ok"}`, want: provider.KindUnavailable},
	}
	for path, adjust := range map[string]func(*bmob.Config){"verifySmsCode/" + code: nil, "verifySmsCode": inBody} {
		for _, tt := range tests {
			t.Run(path+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				stub := &wiretest.Stub{At: "POST https://api2.bmob.cn/1/" + path, Status: tt.status, Reply: tt.reply}
				err := newProvider(t, newConfig(stub.Client()), adjust).Verify(t.Context(), sentReceipt(), code)
				require.ErrorIs(t, err, tt.want)
				requireVerifyError(t, err, tt.code)
			})
		}
	}
}

// requireVerifyError checks what holds of every failed check.
func requireVerifyError(t *testing.T, err error, wantCode string) {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, provider.OpVerify, failure.Op)
	require.Equal(t, "bmob", failure.Provider)
	require.Equal(t, wantCode, failure.Code)
	require.False(t, failure.MayHaveSent, "a check sends nothing")
	for _, secret := range []string{"13800138000", code, restKey} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestVerifyBadInput(t *testing.T) {
	t.Parallel()
	byCaller, nobody, abroad := sentReceipt(), sentReceipt(), sentReceipt()
	byCaller.Code = provider.CodeByCaller
	nobody.To = provider.Phone{}
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	tests := []struct {
		name, code string
		receipt    provider.Receipt
		want       error
		names      string
	}{
		{name: "the caller's code", receipt: byCaller, code: code, want: provider.KindUnsupported, names: "Receipt.Code"},
		{name: "no phone", receipt: nobody, code: code, want: provider.KindRecipient, names: "Receipt.To"},
		{name: "a number abroad", receipt: abroad, code: code, want: provider.KindUnsupported, names: "Receipt.To"},
		{name: "empty code", receipt: sentReceipt(), want: provider.KindCodeMismatch, names: "code: "},
		{name: "a path", receipt: sentReceipt(), code: "../login", want: provider.KindCodeMismatch, names: "code: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			err := newProvider(t, newConfig(stub.Client())).Verify(t.Context(), tt.receipt, tt.code)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			requireVerifyError(t, err, "")
			require.Empty(t, stub.Requests())
		})
	}
}

// failing is a transport that fails with an error which repeats the request.
type failing struct{}

func (failing) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.New("cannot post to " + r.URL.String() + " or " + r.URL.RequestURI())
}

// TestCodeInPathStaysHidden: the code is a part of the address, which network
// errors like to repeat.
func TestCodeInPathStaysHidden(t *testing.T) {
	t.Parallel()
	err := newProvider(t, newConfig(&http.Client{Transport: failing{}})).Verify(t.Context(), sentReceipt(), code)
	require.ErrorIs(t, err, provider.KindUnavailable)
	requireVerifyError(t, err, "")

	nobody := func(cfg *bmob.Config) { cfg.BaseURL = "http://127.0.0.1:1" }
	err = newProvider(t, newConfig(nil), nobody).Verify(t.Context(), sentReceipt(), code)
	require.ErrorIs(t, err, provider.KindUnavailable)
	requireVerifyError(t, err, "")
}
