package gatewaycmd_test

import (
	"fmt"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/gatewaycmd"
)

// A wrong setting is refused before anything is opened.
func ExampleNew() {
	gateway := gatewaycmd.New()
	gateway.SilenceErrors, gateway.SilenceUsage = true, true
	gateway.SetArgs([]string{"--log-level", "loud", "--check"})
	fmt.Println(gateway.Execute())
	// Output: log.level: want debug, info, warn, error
}
