// Package acmecodes holds Acme's table of codes, codes.txt, for the adapter and for the
// simulator, which must not link the adapter.
package acmecodes

import (
	_ "embed"
	"sync"

	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes.txt
var text string

var table = sync.OnceValue(func() facts.Codes { return facts.MustParseCodes(text) })

// Codes returns the table.
func Codes() facts.Codes { return table() }
