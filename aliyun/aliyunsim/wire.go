package aliyunsim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// contentType is what both products answer with.
const contentType = "application/json;charset=utf-8"

// members are those of a JSON object.
type members map[string]any

// Answer writes a reply: HTTP 200 for what 短信服务 itself has decided, whatever it is.
func (s *Service) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return refusal(c, o, members{})
	}
	return granted(c, o, members{"Code": "OK", "Message": "OK"})
}

// Answer writes a reply: HTTP 200 for what 短信认证 itself has decided, unless a code was
// wrong.
func (v *Verification) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return refusal(c, o, members{"Success": false})
	}
	return granted(c, o, members{"Code": "OK", "Message": "成功", "Success": true})
}

// requestID is the id of a request.
func requestID(c *sim.Call) string {
	return fmt.Sprintf("%08X-0000-4000-8000-%012X", uint32(c.Now.Unix()), c.Seq) //nolint:gosec // The low bits are enough.
}

func granted(c *sim.Call, o sim.Outcome, answer members) sim.Reply {
	data, _ := o.Data.(members)
	maps.Copy(answer, data)
	answer["RequestId"] = requestID(c)
	return sim.JSON(http.StatusOK, contentType, answer)
}

// refusal is that of a product, or of the gateway before it.
func refusal(c *sim.Call, o sim.Outcome, answer members) sim.Reply {
	answer["Code"], answer["Message"], answer["RequestId"] = o.Code, o.Words, requestID(c)
	status := http.StatusOK
	if o.Code == wrongCode {
		status = http.StatusBadRequest
	}
	if ofGateway := gatewayStatus(o.Code); ofGateway != 0 {
		status = ofGateway
		delete(answer, "Success")
		answer["HostId"], answer["Recommend"] = c.Request.Host, "https://api.aliyun.com/troubleshoot?q="+o.Code
	}
	r := sim.JSON(status, contentType, answer)
	if header, ok := throttled[o.Code]; ok {
		r.Header = http.Header{header: {"Limit:1,Remain:0,TimeLeft:2000,Reset:1234"}}
	}
	return r
}

// throttled are the headers that say how long to wait, by the code.
var throttled = map[string]string{"Throttling.User": "X-Ratelimit-User", "Throttling.Api": "X-Ratelimit-User-Api"}

// statuses are those of the gateway's codes, by how they begin. Which code has which is a
// guess.
var statuses = []struct {
	status int
	codes  []string
}{
	{http.StatusBadRequest, []string{
		mismatch, incomplete, nonceUsed, "InvalidTimeStamp", "InvalidSecurityToken", badVersion, missingField, "InvalidAccessKeyId.Inactive",
	}},
	{http.StatusForbidden, []string{"Forbidden", "NoPermission"}},
	{http.StatusNotFound, []string{"InvalidAccessKeyId", badAction}},
	{http.StatusTooManyRequests, []string{"Throttling"}},
	{http.StatusServiceUnavailable, []string{"ServiceUnavailable", "InternalError"}},
}

// gatewayStatus is the status of a code of the gateway, and 0 for others.
func gatewayStatus(code string) int {
	begins := func(with string) bool { return strings.HasPrefix(code, with) }
	for _, s := range statuses {
		if slices.ContainsFunc(s.codes, begins) {
			return s.status
		}
	}
	return 0
}
