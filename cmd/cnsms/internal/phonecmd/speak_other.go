//go:build !unix

package phonecmd

import "os/exec"

// killWhole does nothing: the end of a command's context kills the command alone.
func killWhole(*exec.Cmd) {}
