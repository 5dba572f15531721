package bmob

import (
	"context"
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

// Verify checks a code that Send had Bmob make, which is read like provider.CleanCode
// reads it. A code that is not made of digits is wrong without asking.
func (p *Provider) Verify(ctx context.Context, r provider.Receipt, code string) error {
	code = provider.CleanCode(code)
	call, err := p.client.NewVerify(r, code)
	if err != nil {
		return err
	}
	if !r.To.IsMainland() {
		return call.Fail(provider.KindUnsupported, "Receipt.To: "+mainlandOnly)
	}
	path, body := verifyPath+"/"+code, verifyBody{Phone: r.To.National()}
	if p.config().VerifyInBody {
		path, body.Code = verifyPath, code
	}
	answer, err := p.exchange(ctx, call, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	if answer.Msg != msgOK {
		return call.Unusable(`msg: not "ok"`)
	}
	return nil
}
