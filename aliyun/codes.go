package aliyun

import (
	_ "embed"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes-gateway.txt
var gatewayFile string

//go:embed codes.txt
var codesFile string

//go:embed codes-verification.txt
var verificationFile string

// The gateway in front of the two products has the same codes for both.
var (
	codes             = facts.MustParseCodes(gatewayFile + codesFile)
	verificationCodes = facts.MustParseCodes(gatewayFile + verificationFile)
	reportCodes       = codes.Table("report")
)

// Codes returns the codes of 短信服务. Its table "report" has those of receipts, which
// 短信认证 shares.
func Codes() facts.Codes { return codes }

// VerificationCodes returns the codes of 短信认证. Its table "result" has what
// CheckSmsVerifyCode says of a code.
func VerificationCodes() facts.Codes { return verificationCodes }

// Codes that the adapter looks at itself.
const (
	numberLimit = "BUSINESS_LIMIT_CONTROL" // or with isv. before it
	handedOver  = "REQUEST_SUCCESS"        // a receipt that says that there is none yet
	throttling  = "Throttling"
)

// windows are the words by which a limit of a number names how far back it counts. Its
// end is at most so far away.
var windows = []struct {
	word string
	wait time.Duration
}{
	{"分钟级", time.Minute},
	{"小时级", time.Hour},
	{"天级", 24 * time.Hour},
}

// waitOf is how long a refusal asks to wait: in a header that the gateway sends with its
// throttling, or in the words of a limit of the number.
func waitOf(answer adapter.Reply, code, words string) time.Duration {
	if strings.HasPrefix(code, throttling) {
		return max(timeLeft(answer, "X-Ratelimit-User-Api"), timeLeft(answer, "X-Ratelimit-User"))
	}
	if !strings.HasSuffix(code, numberLimit) {
		return 0
	}
	for _, window := range windows {
		if strings.Contains(words, window.word) {
			return window.wait
		}
	}
	return 0
}

// timeLeft reads a header such as "Limit:1,Remain:0,TimeLeft:2000,Reset:1234".
func timeLeft(answer adapter.Reply, header string) time.Duration {
	for field := range strings.SplitSeq(answer.Header.Get(header), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), ":")
		milliseconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
		if name == "TimeLeft" && err == nil {
			return time.Duration(milliseconds) * time.Millisecond
		}
	}
	return 0
}
