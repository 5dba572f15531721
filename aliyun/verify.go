package aliyun

import (
	"context"
	"encoding/json"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// extraOutID is the name in Receipt.Extra of the OutId that a check has to repeat.
const extraOutID = "out_id"

func withOutID(extra map[string]string, ref string) map[string]string {
	if ref == "" {
		return extra
	}
	if extra == nil {
		extra = map[string]string{}
	}
	extra[extraOutID] = ref
	return extra
}

// model is what an answer of 短信认证 says of one code.
type model struct {
	BizID        adapter.Aside `json:"BizId"`
	VerifyResult adapter.Aside
}

// model reads that of a send or a check. A send needs none, so one that cannot be read is
// empty.
func (r reply) model() model {
	var m model
	_ = json.Unmarshal(r.Model, &m)
	return m
}

// ignoreCase is the CaseAuthPolicy of checks. 0 is not allowed, and codes are digits.
const ignoreCase = "1"

// Verify checks a code that Send had the service make, which is read like
// provider.CleanCode reads it. The check is free of charge. A code that was right is used
// up. One that is not made of digits is wrong without asking. The service keeps the codes of
// a number by the Scheme, whatever their templates and receipts: give each purpose, such as
// a login and a new password, a Verification with a Scheme of its own, or the code of one
// passes for the other. A code that is wrong, has
// expired, was used or was replaced by a newer one is KindCodeMismatch: the service does
// not tell them apart.
func (v *Verification) Verify(ctx context.Context, r provider.Receipt, code string) error {
	code = provider.CleanCode(code)
	call, err := v.client.NewVerify(r, code)
	if err != nil {
		return err
	}
	if !r.To.IsMainland() {
		return call.Fail(provider.KindUnsupported, "Receipt.To: Aliyun's 短信认证 takes mainland numbers only")
	}
	var form adapter.Form
	form.Add("CaseAuthPolicy", ignoreCase)
	form.AddIfSet("OutId", r.Extra[extraOutID])
	form.Add("PhoneNumber", r.To.National())
	form.AddIfSet("SchemeName", v.config().Scheme)
	form.Add("VerifyCode", code)
	answer, err := v.ask(ctx, call, "CheckSmsVerifyCode", form)
	if err != nil {
		return err
	}
	result := string(answer.model().VerifyResult)
	switch {
	case answer.succeeded() != yes:
		return call.Unusable("Success: missing")
	case result == "":
		return call.Unusable("Model.VerifyResult: missing")
	}
	call.Use(v.codes.Table("result"))
	return call.Judge(result, "")
}
