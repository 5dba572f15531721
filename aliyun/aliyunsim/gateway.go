package aliyunsim

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	version = "2017-05-25"

	// clockWindow is how far a request's time may be from the service's clock.
	clockWindow = 15 * time.Minute

	isoTime = "2006-01-02T15:04:05Z"
)

// Codes of the gateway, which stands before both products.
const (
	mismatch     = "SignatureDoesNotMatch"
	incomplete   = "IncompleteSignature"
	nonceUsed    = "SignatureNonceUsed"
	expired      = "InvalidTimeStamp.Expired"
	unknownKey   = "InvalidAccessKeyId.NotFound"
	badToken     = "InvalidSecurityToken.Expired"
	badAction    = "InvalidAction.NotFound"
	badVersion   = "InvalidVersion"
	missingField = "MissingParameter"
)

// request is a request with its fields, wherever they stand.
type request struct {
	query, form url.Values
	// broken says that a part of the query or the body is no form, where one is.
	broken string
	// isV3 tells the new signature, in headers, from the old one, in fields.
	isV3          bool
	authorization authorization
	// What both signatures have, and where they have it.
	action, actionIn, version, versionIn string
	key, keyIn, token, tokenIn           string
	nonce, nonceIn, time, timeIn         string
}

// fields are those of the query and the body.
func (r request) fields() url.Values { return merged(r.query, r.form) }

// get is the value of a field. Of two the one in the query counts.
func (r request) get(name string) string { return cmp.Or(r.query.Get(name), r.form.Get(name)) }

// has reports whether a field is there, and be it blank.
func (r request) has(name string) bool { return r.query.Has(name) || r.form.Has(name) }

// readRequest reads the parts of a request that the gateway looks at.
func readRequest(c *sim.Call) request {
	var r request
	var queryErr, formErr error
	r.query, queryErr = url.ParseQuery(c.Request.URL.RawQuery)
	r.form, formErr = c.BodyForm()
	switch {
	case queryErr != nil:
		r.broken = " (a part of the query is no form: " + queryErr.Error() + ")"
	case formErr != nil:
		r.broken = " (a part of the body is no form: " + strings.TrimPrefix(formErr.Error(), "body: ") + ")"
	}
	header := c.Request.Header
	if r.isV3 = isV3(header) && !r.has(signatureField); r.isV3 {
		r.authorization = readAuthorization(header)
		r.action, r.actionIn = header.Get(actionHeader), actionHeader
		r.version, r.versionIn = header.Get(versionHeader), versionHeader
		r.time, r.timeIn = header.Get(dateHeader), dateHeader
		r.token, r.tokenIn = header.Get(tokenHeader), tokenHeader
		r.nonce, r.nonceIn = header.Get(nonceHeader), nonceHeader
		r.key, r.keyIn = r.authorization.key, authorizationHeader+": Credential"
		return r
	}
	r.action, r.actionIn = r.get("Action"), "Action"
	r.version, r.versionIn = r.get("Version"), "Version"
	r.time, r.timeIn = r.get("Timestamp"), "Timestamp"
	r.token, r.tokenIn = r.get(tokenField), tokenField
	r.nonce, r.nonceIn = r.get("SignatureNonce"), "SignatureNonce"
	r.key, r.keyIn = r.get("AccessKeyId"), "AccessKeyId"
	return r
}

// isV3 reports whether headers are those of the new signature.
func isV3(header http.Header) bool {
	if strings.HasPrefix(header.Get(authorizationHeader), "ACS3-") {
		return true
	}
	for name := range header {
		if strings.HasPrefix(name, headerPrefix) {
			return true
		}
	}
	return false
}

// checkGateway checks everything that is the same in all calls.
func (a *account) checkGateway(c *sim.Call, r request) sim.Outcome {
	if c.Request.Method != http.MethodPost && c.Request.Method != http.MethodGet {
		return sim.NotSimulated(badAction, "method", "other methods than POST and GET")
	}
	shape, list, signature := checkV1Fields, func(*sim.Call, request) sim.Outcome { return sim.Outcome{} }, a.checkV1Signature
	if r.isV3 {
		shape, list, signature = checkV3Headers, checkSignedHeaders, a.checkV3Signature
	}
	return sim.FirstRefusal(c, r, checkName, shape, a.checkKey, checkTime, list, signature, a.checkToken, a.checkNonce)
}

// checkName checks the version. That the call is one of the product is known already.
func checkName(_ *sim.Call, r request) sim.Outcome {
	if r.version != version {
		return sim.Refuse(badVersion, "%s: want %s%s", r.versionIn, version, r.broken)
	}
	return sim.Outcome{}
}

func (a *account) checkKey(_ *sim.Call, r request) sim.Outcome {
	if r.key != a.cfg.AccessKeyID {
		return sim.Refuse(unknownKey, "%s: unknown", r.keyIn)
	}
	return sim.Outcome{}
}

func checkTime(c *sim.Call, r request) sim.Outcome {
	at, err := time.Parse(isoTime, r.time)
	if err != nil || at.Format(isoTime) != r.time {
		return sim.Refuse(expired, "%s: want UTC without parts of a second, such as 2026-01-02T03:04:05Z", r.timeIn)
	}
	if off := c.Now.Sub(at).Abs(); off > clockWindow {
		return sim.Refuse(expired, "%s: %s away from the service's clock", r.timeIn, off)
	}
	return sim.Outcome{}
}

func (a *account) checkToken(_ *sim.Call, r request) sim.Outcome {
	if r.token != a.cfg.SecurityToken {
		return sim.Refuse(badToken, "%s: not the token of the temporary key, or given for a permanent one", r.tokenIn)
	}
	return sim.Outcome{}
}
