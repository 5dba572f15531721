package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent"
)

// options are what the command line says. Without --to the program plays its
// story on simulators.
type options struct {
	to string

	relayURL string

	tencentURL, tencentSecretID, tencentAppID, tencentSign, tencentTemplate string

	ihuyiURL, ihuyiAccount, ihuyiText string
}

const usage = `quickstart sends a user's first code through a free phone relay and any retry
through a paid provider.

Without flags it plays that story on simulators, in one process, on loopback: no
account, no money, no text.

With --to it sends for real, through the providers whose flags are given. The
relay takes the first attempt; Tencent Cloud, then Ihuyi, take every retry.

Secrets are read from the environment, or asked for when it has none:

  CNSMS_RELAY_TOKEN         with --relay-url
  CNSMS_TENCENT_SECRET_KEY  with --tencent-secret-id
  CNSMS_IHUYI_API_KEY       with --ihuyi-account

Flags:
`

// parseOptions reads the command line. Flags that belong together are checked
// together, so that all problems show at once.
func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		_, _ = io.WriteString(out, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.to, "to", "", "send a real code to this `number`")
	flags.StringVar(&o.relayURL, "relay-url", "", "`address` of the relay gateway")
	flags.StringVar(&o.tencentURL, "tencent-url", tencent.DefaultBaseURL, "`address` of Tencent Cloud SMS, or of a simulator")
	flags.StringVar(&o.tencentSecretID, "tencent-secret-id", "", "Tencent Cloud API key `id`")
	flags.StringVar(&o.tencentAppID, "tencent-app-id", "", "SmsSdkAppId of the SMS console")
	flags.StringVar(&o.tencentSign, "tencent-sign", "", "approved signature, without brackets")
	flags.StringVar(&o.tencentTemplate, "tencent-template", "", "`id` of an approved template with one variable, the code")
	flags.StringVar(&o.ihuyiURL, "ihuyi-url", ihuyi.DefaultBaseURL, "`address` of Ihuyi, or of a simulator")
	flags.StringVar(&o.ihuyiAccount, "ihuyi-account", "", "Ihuyi `APIID`")
	flags.StringVar(&o.ihuyiText, "ihuyi-text", "您的验证码是：{code}。请不要把验证码泄露给其他人。", "approved `text`")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q: there are only flags", flags.Arg(0))
	}
	return o, o.validate()
}

func (o options) validate() error {
	var problems []error
	paid := o.tencentSecretID != "" || o.ihuyiAccount != ""
	switch {
	case o.to == "" && (paid || o.relayURL != ""):
		problems = append(problems, errors.New("--to: say whom to send to"))
	case o.to != "" && !paid:
		problems = append(problems, errors.New("--to: give a paid provider for the retry as well (--tencent-secret-id or --ihuyi-account)"))
	}
	if o.tencentSecretID != "" {
		for name, value := range map[string]string{"app-id": o.tencentAppID, "sign": o.tencentSign, "template": o.tencentTemplate} {
			if value == "" {
				problems = append(problems, fmt.Errorf("--tencent-%s: goes with --tencent-secret-id", name))
			}
		}
	}
	return errors.Join(problems...)
}

// secret reads a secret from the environment, or asks for it on a terminal.
func secret(name string) (provider.Secret, error) {
	if value := os.Getenv(name); value != "" {
		return provider.Secret(value), nil
	}
	stdin := int(os.Stdin.Fd())
	if !term.IsTerminal(stdin) {
		return "", fmt.Errorf("%s: not in the environment, and there is no terminal to ask on", name)
	}
	fmt.Fprintf(os.Stderr, "%s: ", name)
	value, err := term.ReadPassword(stdin)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return provider.Secret(value), nil
}
