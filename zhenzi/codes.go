package zhenzi

import (
	_ "embed"

	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes.txt
var codesFile string

// codes is parsed once.
var codes = facts.MustParseCodes(codesFile)

// Codes returns the service's table of codes.
func Codes() facts.Codes { return codes }
