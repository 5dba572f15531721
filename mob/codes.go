package mob

import (
	_ "embed"

	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes.txt
var codesFile string

// codes is parsed once.
var codes = facts.MustParseCodes(codesFile)

// Codes returns the statuses of the calls below /sms. The table "custom" has those of
// custom/msg.
func Codes() facts.Codes { return codes }
