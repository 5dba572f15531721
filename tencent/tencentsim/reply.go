package tencentsim

import (
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/sim"
)

// contentType is what the service answers with.
const contentType = "application/json"

// envelope is the outermost object of every reply.
type envelope struct {
	Response any
}

type errorReply struct {
	Error     errorDetail
	RequestID string `json:"RequestId"`
}

type errorDetail struct{ Code, Message string }

// refuse refuses the whole request.
func refuse(c *sim.Call, code string) { refuseWith(c, refusal(code)) }

func refuseWith(c *sim.Call, r sim.Refusal) {
	reply(c, errorReply{Error: errorDetail{Code: r.Code, Message: r.Text}, RequestID: requestID(c)})
}

// reply answers HTTP 200, whatever happened.
func reply(c *sim.Call, response any) {
	c.ReplyJSON(http.StatusOK, contentType, envelope{response})
}

// requestID is a fresh one, in the form of a UUID.
func requestID(c *sim.Call) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(c.Now.Unix()), c.Seq) //nolint:gosec // The low bits are enough.
}

// scripted refuses the request when the script says so, and reports whether it
// did. Calls other than SendSms know refusals of the whole request only.
func scripted(c *sim.Call) bool {
	r, ok := c.Refusal()
	if ok {
		c.Explain("scripted refusal")
		refuseWith(c, r)
	}
	return ok
}
