package aliyun

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// Filing is how far a signature is filed with the carriers (签名实名制报备). The service
// accepts texts under one that is not; the carrier then stops them, and the report says
// so.
type Filing struct {
	// Sign is the signature.
	Sign string
	// Approved says that the service itself has approved it.
	Approved bool
	// Carriers are those that the service tells of. Empty where it tells of none.
	Carriers []CarrierFiling
}

// CarrierFiling is how far a signature is filed with one carrier.
type CarrierFiling struct {
	// Carrier is the service's name of it: "mobile", "unicom" or "telecom".
	Carrier string
	// State is how far it is.
	State FilingState
	// At is when the carrier was done, or zero.
	At time.Time
}

// FilingState is how far the filing of a signature is.
type FilingState int

const (
	// FilingUnknown: the service says nothing, or something that is not known here.
	FilingUnknown FilingState = iota
	// FilingNone: not filed.
	FilingNone
	// FilingPending: on its way.
	FilingPending
	// FilingFailed: the carrier has refused it.
	FilingFailed
	// FilingUnproven: filed; a few real texts have to prove it.
	FilingUnproven
	// FilingLapsed: nothing was sent for six months, and it counts no more.
	FilingLapsed
	// FilingProven: filed, and texts have arrived.
	FilingProven
)

// filingNames are the states by their numbers.
var filingNames = []string{"unknown", "none", "pending", "failed", "unproven", "lapsed", "proven"}

// String returns the state's name, such as "pending".
func (s FilingState) String() string {
	if s < 0 || int(s) >= len(filingNames) {
		return "FilingState(" + strconv.Itoa(int(s)) + ")"
	}
	return filingNames[s]
}

// Sends reports whether the carrier takes texts under a signature in that state.
func (s FilingState) Sends() bool { return s == FilingUnproven || s == FilingProven }

// filingStates are the states as the service writes them (RegisterStatus).
var filingStates = map[adapter.Aside]FilingState{
	"-2": FilingNone, "-1": FilingPending, "0": FilingFailed, "1": FilingUnproven, "2": FilingLapsed, "3": FilingProven,
}

// approved is the SignStatus of a signature that the service has approved.
const approved = "1"

// OpFiling stands in the errors of ReadFiling.
const OpFiling = "filing"

// filingReply is the answer to GetSmsSign. The service changes its members often: each
// may be missing, or be something else.
type filingReply struct {
	SignStatus adapter.Aside
	Carriers   json.RawMessage `json:"SignIspRegisterDetailList"`
}

// carriers is the list in it, and empty where there is none.
func (r filingReply) carriers() []CarrierFiling {
	type carrier struct{ OperatorCode, RegisterStatus, OperatorCompleteTime adapter.Aside }
	var carriers []CarrierFiling
	for _, c := range rowsOf[carrier](r.Carriers) {
		carriers = append(carriers, CarrierFiling{
			Carrier: string(c.OperatorCode), State: filingStates[c.RegisterStatus], At: timeOf(string(c.OperatorCompleteTime)),
		})
	}
	return carriers
}

// ReadFiling asks how far a signature is filed. With an empty sign it asks for
// Config.Sign.
func (p *Provider) ReadFiling(ctx context.Context, sign string) (Filing, error) {
	call := p.client.NewCall(OpFiling)
	if sign = cmp.Or(sign, p.sign); sign == "" {
		return Filing{}, call.Fail(provider.KindSignature, "sign: empty, and so is Config.Sign")
	}
	if problem := signProblem(sign); problem != "" {
		return Filing{}, call.Fail(provider.KindSignature, "%s", problem)
	}
	answer, err := p.ask(ctx, call, "GetSmsSign", adapter.Form{{Name: "SignName", Value: sign}})
	if err != nil {
		return Filing{}, err
	}
	var read filingReply
	if err := adapter.DecodeJSON(answer.raw, &read); err != nil {
		return Filing{}, call.Unusable(err.Error())
	}
	return Filing{Sign: sign, Approved: read.SignStatus == approved, Carriers: read.carriers()}, nil
}
