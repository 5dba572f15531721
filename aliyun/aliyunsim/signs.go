package aliyunsim

import "github.com/cnsms/cnsms/sim"

// The results of all filings of a signature together.
const (
	registerNone   = -1
	registerFailed = 0
	registerFiled  = 1
	registerLapsed = 2
)

const ownSign = "2" // the SignTag of a signature of the account's own

// judgeSign decides about GetSmsSign.
func (s *Service) judgeSign(c *sim.Call, r request) sim.Outcome {
	if o := required("SignName")(c, r); o.Refused() {
		return o
	}
	name := r.get("SignName")
	sign, known := s.shared.cfg.Signs[name]
	if !known && len(s.shared.cfg.Signs) > 0 || !isSign(name) {
		return sim.Refuse(badSign, "SignName: no such signature")
	}
	var carriers []members
	for _, c := range []carrier{mobile, telecom, unicom} {
		carriers = append(carriers, members{"OperatorCode": c, "RegisterStatus": registerStatuses[sign.Filing.with(c)]})
	}
	return sim.Grant(members{
		"SignName": name, "SignStatus": signStatuses[sign.State], "SignTag": ownSign,
		"RegisterResult": sign.Filing.result(), "SignIspRegisterDetailList": carriers,
	})
}

// result is that of all carriers together.
func (f Filing) result() int {
	states := []FilingState{f.Mobile, f.Unicom, f.Telecom}
	for _, bad := range []struct {
		state  FilingState
		result int
	}{{FilingFailed, registerFailed}, {FilingLapsed, registerLapsed}} {
		for _, state := range states {
			if state == bad.state {
				return bad.result
			}
		}
	}
	for _, state := range states {
		if !state.isFiled() {
			return registerNone
		}
	}
	return registerFiled
}
