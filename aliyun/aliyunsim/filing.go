package aliyunsim

import (
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// Sign is a signature of the account's own.
type Sign struct {
	// State is what the service's own review says.
	State SignState
	// Filing is how far the signature is filed with the carriers (签名实名制报备).
	Filing Filing
}

// SignState is the state of a signature's review.
type SignState int

// The states of a review. The zero SignState is SignApproved.
const (
	SignApproved SignState = iota
	SignInReview
	SignRefused
	SignWithdrawn
)

// signStatuses are the states as the service writes them.
var signStatuses = map[SignState]int{SignApproved: 1, SignInReview: 0, SignRefused: 2, SignWithdrawn: 10}

// Filing is the state of a signature's filing with each carrier. A text under a signature
// that is not filed with the carrier of the number is accepted, and does not arrive: its
// report says PORT_NOT_REGISTERED.
type Filing struct{ Mobile, Unicom, Telecom FilingState }

// FilingState is the state of a signature's filing with one carrier.
type FilingState int

// The states of a filing. The zero FilingState is Filed, which a few texts have yet to
// prove. Texts arrive in the states Filed and FilingProven only.
const (
	Filed FilingState = iota
	FilingProven
	NotFiled
	BeingFiled
	FilingFailed
	FilingLapsed
)

// registerStatuses are the states as the service writes them.
var registerStatuses = map[FilingState]int{Filed: 1, FilingProven: 3, NotFiled: -2, BeingFiled: -1, FilingFailed: 0, FilingLapsed: 2}

func (f FilingState) isFiled() bool { return f == Filed || f == FilingProven }

// carrier is one of the three by its OperatorCode.
type carrier string

const (
	mobile  carrier = "mobile"
	unicom  carrier = "unicom"
	telecom carrier = "telecom"
)

// with is the state with one carrier. A number of no carrier is taken everywhere.
func (f Filing) with(c carrier) FilingState {
	return map[carrier]FilingState{mobile: f.Mobile, unicom: f.Unicom, telecom: f.Telecom}[c]
}

// prefixes are what the carriers' numbers begin with. It is a guess: numbers move between
// carriers and keep their prefix. 192 is of a fourth carrier, which uses the network of
// the first.
var prefixes = map[carrier]string{
	mobile:  "134 135 136 137 138 139 144 147 148 150 151 152 157 158 159 165 172 178 182 183 184 187 188 192 195 197 198 1703 1705 1706",
	unicom:  "130 131 132 140 145 146 155 156 166 167 171 175 176 185 186 196 1704 1707 1708 1709",
	telecom: "133 1349 141 149 153 162 173 174 177 180 181 189 190 191 193 199 1700 1701 1702",
}

// carriers is prefixes by the digits.
var carriers = func() map[string]carrier {
	byDigits := map[string]carrier{}
	for c, list := range prefixes {
		for digits := range strings.FieldsSeq(list) {
			byDigits[digits] = c
		}
	}
	return byDigits
}()

// carrierOf is the carrier of a number in E.164 form. The longest prefix counts.
func carrierOf(number string) carrier {
	national, isMainland := strings.CutPrefix(number, "+86")
	if !isMainland || len(national) < 4 {
		return ""
	}
	if c, ok := carriers[national[:4]]; ok {
		return c
	}
	return carriers[national[:3]]
}

// isStopped reports whether the carrier stops a text, because its signature is not filed.
// The given signatures of 短信认证 are.
func (cfg Config) isStopped(text sim.Text) bool {
	return text.Service == serviceName && !cfg.Signs[text.Sign].Filing.with(carrierOf(text.To)).isFiled()
}
