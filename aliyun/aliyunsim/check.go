package aliyunsim

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// wrongCode is the code of a check that failed.
const wrongCode = "isv.ValidateFail"

// defaultScheme is the SchemeName of requests that name none.
const defaultScheme = "默认方案"

// The characters of codes.
const (
	digits        = "0123456789"
	upperCase     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerCase     = "abcdefghijklmnopqrstuvwxyz"
	allCharacters = digits + upperCase + lowerCase
)

// alphabets are the characters of a code by its CodeType, from 1.
var alphabets = []string{
	digits, upperCase, lowerCase, upperCase + lowerCase, digits + upperCase, digits + lowerCase, allCharacters,
}

// codeKey says whose codes they are.
type codeKey struct{ scheme, number string }

func keyOf(r request) codeKey {
	return codeKey{cmp.Or(r.get("SchemeName"), defaultScheme), "+86" + r.get("PhoneNumber")}
}

// code is a code that the service has made, and that is not used up.
type code struct {
	text    string
	expires time.Time
	wrong   int // tries
}

// newCode makes a code, the same one for the same request of every run.
func (v *Verification) newCode(c *sim.Call, d order) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", v.shared.cfg.AccessKeyID, d.key, c.Seq))
	alphabet := alphabets[d.kind-1]
	made := make([]byte, d.length)
	for i := range made {
		made[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(made)
}

// keep makes a code one that can be checked. The newest replaces the others, unless the
// request says that all are good.
func (v *Verification) keep(d order, made *code) {
	if d.policy == newestOnly {
		v.codes[d.key] = nil
	}
	v.codes[d.key] = append(v.codes[d.key], made)
}

// judgeCheck decides about CheckSmsVerifyCode.
func (v *Verification) judgeCheck(c *sim.Call, r request) sim.Outcome {
	if o := sim.FirstRefusal(c, r, required("PhoneNumber", "VerifyCode"), checkTarget, checkOutID); o.Refused() {
		return o
	}
	var equal func(a, b string) bool
	switch r.get("CaseAuthPolicy") {
	case "", "1":
		equal = strings.EqualFold
	case "2":
		equal = func(a, b string) bool { return a == b }
	default:
		return sim.Refuse(wrongCode, "CaseAuthPolicy: want 1 or 2: with another every check fails")
	}
	key := keyOf(r)
	isRight := func(known *code) bool { return c.Now.Before(known.expires) && equal(known.text, r.get("VerifyCode")) }
	i := slices.IndexFunc(v.codes[key], isRight)
	if i < 0 {
		return v.refuseCode(c, r, key)
	}
	if most := v.shared.cfg.Verification.Tries; most > 0 && v.codes[key][i].wrong >= most {
		return v.mismatch(r, fmt.Sprintf("VerifyCode: after %d wrong tries", most))
	}
	return sim.Outcome{Then: func() any {
		v.codes[key] = slices.Delete(v.codes[key], i, i+1)
		return result(r, "PASS")
	}}
}

// refuseCode refuses a wrong code, which counts at once: no script comes after the
// service's own refusal.
func (v *Verification) refuseCode(c *sim.Call, r request, key codeKey) sim.Outcome {
	known := v.codes[key]
	for _, one := range known {
		one.wrong++
	}
	isOver := func(one *code) bool { return !c.Now.Before(one.expires) }
	switch {
	case len(known) == 0 && v.hasOtherScheme(key):
		return v.mismatch(r, "VerifyCode: the number has codes of another SchemeName")
	case len(known) == 0:
		return v.mismatch(r, "VerifyCode: the service has made none for this number, or it is used up")
	case !slices.ContainsFunc(known, func(one *code) bool { return !isOver(one) }):
		return v.mismatch(r, "VerifyCode: expired")
	}
	return v.mismatch(r, "VerifyCode: wrong")
}

func (v *Verification) hasOtherScheme(key codeKey) bool {
	for other, codes := range v.codes {
		if other.number == key.number && len(codes) > 0 {
			return true
		}
	}
	return false
}

// mismatch says that a code is not right, in one of two ways.
func (v *Verification) mismatch(r request, verdict string) sim.Outcome {
	if v.shared.cfg.Verification.Unknown200 {
		return sim.Outcome{Verdict: verdict, Data: result(r, "UNKNOWN")}
	}
	return sim.Refuse(wrongCode, "%s", verdict)
}

// result is the answer to a check.
func result(r request, verdict string) members {
	return members{"Model": members{"OutId": r.get("OutId"), "VerifyResult": verdict}}
}
