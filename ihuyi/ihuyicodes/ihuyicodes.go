// Package ihuyicodes holds Ihuyi's table of codes, codes.txt. The adapter reads it, and so
// does the simulator, which must not link the adapter.
package ihuyicodes

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
