package phonecmd_test

import (
	"fmt"
	"io"
	"os"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/phonecmd"
)

// A phone without a token is told how to get one.
func Example() {
	command := phonecmd.New(phonecmd.Env{Getenv: os.Getenv})
	command.SetArgs([]string{"--gateway", "https://relay.example.com", "--token-file", "no-such-folder/phone.token", "--sender", "fake"})
	command.SetErr(io.Discard)
	fmt.Println(command.Execute())
	// Output:
	// --token-file: there is no such file; get a code from the gateway's operator and run this once with --code CODE
}
