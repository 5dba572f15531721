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

// verify checks a code that Bmob has sent.
func verify(r provider.Receipt, code string, changes ...func(*bmob.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return nil, newProvider(t, client, changes...).Verify(t.Context(), r, code)
	}
}

// verifying are what the tables of checks have in common.
func verifying(call wiretest.Call, at string) wiretest.Table {
	return wiretest.Table{Call: call, At: at, Begins: "bmob: verify: ", Secrets: []string{"13800138000", code, restKey}}
}

var sent = receipt("1232222", provider.CodeByProvider)

func TestVerify(t *testing.T) {
	t.Parallel()
	done := wiretest.Read(t, "reply-verified.json")
	wiretest.Requests(t, []wiretest.Request{
		{Name: "in the path", Call: verify(sent, code), Reply: done, Golden: "request-verify.http"},
		{Name: "in the path, signed", Call: verify(sent, code, signed), Reply: done, Golden: "request-verify-signed.http"},
		{Name: "in the body", Call: verify(sent, code, inBody), Reply: done, Golden: "request-verify-body.http"},
	})
}

func TestVerifyFails(t *testing.T) {
	t.Parallel()
	replies := []wiretest.Reply{
		{Name: "wrong", Status: http.StatusBadRequest, Reply: `{"code":207,"error":"code error:` + code + `."}`, Kind: provider.KindCodeMismatch, Code: "207"},
		{
			Name: "words that repeat everything", Status: http.StatusBadRequest, Kind: provider.KindCodeMismatch, Code: "207",
			Reply: `{"code":207,"error":"13800138000 ` + code + ` ` + restKey + `"}`,
		},
		{Name: "the code for a code", Status: http.StatusBadRequest, Reply: `{"code":` + code + `}`, Kind: provider.KindUnknown, Code: "***"},
		{Name: "unauthorized", Status: http.StatusUnauthorized, Reply: `{"error":"unauthorized"}`, Kind: provider.KindAuth, Code: "401"},
		{Name: "busy", Status: http.StatusInternalServerError, Reply: `{"error":"x"}`, Kind: provider.KindUnavailable, Code: "500"},
		{Name: "an empty object", Reply: `{}`, Kind: provider.KindUnavailable},
		{Name: "another message", Reply: `{"msg":"no"}`, Kind: provider.KindUnavailable},
		{Name: "ok, under 502", Status: http.StatusBadGateway, Reply: `{"msg":"ok"}`, Kind: provider.KindUnavailable},
		{Name: "ok and an error", Reply: `{"msg":"ok","error":"x"}`, Kind: provider.KindUnknown},
		{Name: "a redirect", Status: http.StatusFound, Reply: `{"msg":"ok"}`, Kind: provider.KindUnavailable},
	}
	for name, table := range map[string]wiretest.Table{
		"in the path": verifying(verify(sent, code), "POST https://api2.bmob.cn/1/verifySmsCode/"+code),
		"in the body": verifying(verify(sent, code, inBody), "POST https://api2.bmob.cn/1/verifySmsCode"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table.Replies(t, replies)
		})
	}
}

func TestVerifyBadInput(t *testing.T) {
	t.Parallel()
	abroad := sent
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	verifying(nil, "").BadInput(t, []wiretest.Input{
		{Name: "a number abroad", Call: verify(abroad, code), Kind: provider.KindUnsupported, Names: "Receipt.To"},
		{Name: "a path", Call: verify(sent, "../login"), Kind: provider.KindCodeMismatch, Names: "code: "},
	})
}

// TestCodeInPathStaysHidden: the code is a part of the address, which network
// errors like to repeat.
func TestCodeInPathStaysHidden(t *testing.T) {
	t.Parallel()
	quoting := wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("cannot post to " + r.URL.String() + " or " + r.URL.RequestURI())
	})
	nobody := func(cfg *bmob.Config) { cfg.BaseURL = "http://127.0.0.1:1" }
	_, quoted := verify(sent, code)(t, &http.Client{Transport: quoting})
	_, refused := verify(sent, code, nobody)(t, nil)
	for _, err := range []error{quoted, refused} {
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.ErrorContains(t, err, "bmob: verify: ")
		require.False(t, provider.MayHaveSent(err), "a check sends nothing")
		wiretest.Hidden(t, err.Error(), code, "13800138000", restKey)
	}
}
