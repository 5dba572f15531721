// Command cnsms runs a relay: the gateway on a server, the agent beside a phone, and what a
// person needs to make tokens and to try both.
//
//	cnsms gateway    receives texts from sites and hands them to phones
//	cnsms token      makes, lists and revokes the tokens of sites, phones and operators
//	cnsms phone      sends a gateway's texts by this phone, or by a modem
//	cnsms send       sends one text through a gateway
//	cnsms status     says how a gateway is, or what became of a text
package main

import (
	"os"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
