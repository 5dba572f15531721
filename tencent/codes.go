package tencent

import (
	_ "embed"

	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes.txt
var codesFile string

// codes is parsed once, and so are the codes of delivery reports.
var (
	codes       = facts.MustParseCodes(codesFile)
	reportCodes = codes.Table("report")
)

// Codes returns the service's table of codes. Its table "report" has those of
// delivery reports.
func Codes() facts.Codes { return codes }
