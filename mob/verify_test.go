package mob_test

import (
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
)

// verifiers are the two ways in which codes are checked: those of sendmsg, and those
// of a phone's SDK.
var verifiers = []struct {
	name, at, golden string
	build            func(mob.Config) (provider.Verifier, error)
}{
	{"checkcode", "POST https://webapi.sms.mob.com/sms/checkcode", "request-checkcode.http", func(cfg mob.Config) (provider.Verifier, error) { return mob.New(cfg) }},
	{"verify", "POST https://webapi.sms.mob.com/sms/verify", "request-verify.http", func(cfg mob.Config) (provider.Verifier, error) {
		cfg.Templates = nil
		return mob.NewSDKVerifier(cfg)
	}},
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, v := range verifiers {
		verify := func(code string) wiretest.Call {
			return func(t testing.TB, client *http.Client) (any, error) {
				return nil, wiretest.Build(t, v.build, newConfig(client)).Verify(t.Context(), receipt(provider.CodeByProvider), code)
			}
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			wiretest.Requests(t, []wiretest.Request{
				{Name: "right", Call: verify("0421"), Reply: wiretest.Read(t, "reply-done.json"), Golden: v.golden},
			})
			table := wiretest.Table{Call: verify("0421"), At: v.at, Begins: "mob: verify: ", Secrets: []string{"13800138000", "0421", appKey}}
			table.Replies(t, []wiretest.Reply{
				{Name: "wrong", Reply: wiretest.Read(t, "reply-wrong-code.json"), Kind: provider.KindCodeMismatch, Code: "468"},
				{Name: "too many checks", Reply: `{"status":467}`, Kind: provider.KindCodeExpired, Code: "467"},
				{
					Name: "words that repeat number, code and key", Kind: provider.KindCodeMismatch, Code: "468",
					Reply: `{"status":"468","error":"13800138000 0421 ` + appKey + `"}`,
				},
				{Name: "internal error", Reply: `{"status":500}`, Kind: provider.KindUnavailable, Code: "500"},
				{Name: "no status", Reply: `{}`, Kind: provider.KindUnavailable},
				{Name: "done, under HTTP 502", Status: http.StatusBadGateway, Reply: `{"status":200}`, Kind: provider.KindUnavailable},
				{Name: "the number for a status", Reply: `{"status":"13800138000"}`, Kind: provider.KindUnknown, Code: "***"},
			})
			table.BadInput(t, []wiretest.Input{
				{Name: "letters", Call: verify("0421a"), Kind: provider.KindCodeMismatch, Names: "code: "},
			})
		})
	}
}
