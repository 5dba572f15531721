package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent"
)

// options are what the command line says. Without --to the program plays its
// story on simulators.
type options struct {
	to provider.Phone

	relayURL string

	aliyunURL, aliyunKeyID, aliyunSign, aliyunTemplate string

	tencentURL, tencentSecretID, tencentAppID, tencentSign, tencentTemplate string

	ihuyiURL, ihuyiAccount, ihuyiText string
}

const usage = `quickstart sends a user's first code through a free phone relay and any retry
through a paid provider.

Without flags it plays that story on simulators, in one process, on loopback: no
account, no money, no text.

With --to it sends for real, through the providers whose flags are given. The
relay takes the first attempt; Aliyun's 短信认证, then Tencent Cloud, then Ihuyi,
take every retry.

Secrets are read from the environment, or asked for when it has none:

  CNSMS_RELAY_TOKEN               with --relay-url
  CNSMS_ALIYUN_ACCESS_KEY_SECRET  with --aliyun-access-key-id
  CNSMS_TENCENT_SECRET_KEY        with --tencent-secret-id
  CNSMS_IHUYI_API_KEY             with --ihuyi-account

Flags:
`

// parseOptions reads the command line. Flags that belong together are checked
// together, so that all problems show at once.
func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	var to string
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error
	flags.StringVar(&to, "to", "", "send a real code to this `number`")
	flags.StringVar(&o.relayURL, "relay-url", "", "`address` of the relay gateway")
	flags.StringVar(&o.aliyunURL, "aliyun-url", aliyun.DefaultVerificationBaseURL, "`address` of Aliyun's 短信认证, or of a simulator")
	flags.StringVar(&o.aliyunKeyID, "aliyun-access-key-id", "", "`AccessKey ID` of Aliyun")
	flags.StringVar(&o.aliyunSign, "aliyun-sign", "", "given `signature` of 短信认证, without brackets")
	flags.StringVar(&o.aliyunTemplate, "aliyun-template", aliyunTemplate, "`number` of a given template of 短信认证")
	flags.StringVar(&o.tencentURL, "tencent-url", tencent.DefaultBaseURL, "`address` of Tencent Cloud SMS, or of a simulator")
	flags.StringVar(&o.tencentSecretID, "tencent-secret-id", "", "Tencent Cloud API key `id`")
	flags.StringVar(&o.tencentAppID, "tencent-app-id", "", "`SmsSdkAppId` of the SMS console")
	flags.StringVar(&o.tencentSign, "tencent-sign", "", "approved `signature`, without brackets")
	flags.StringVar(&o.tencentTemplate, "tencent-template", "", "`id` of an approved template with one variable, the code")
	flags.StringVar(&o.ihuyiURL, "ihuyi-url", ihuyi.DefaultBaseURL, "`address` of Ihuyi, or of a simulator")
	flags.StringVar(&o.ihuyiAccount, "ihuyi-account", "", "Ihuyi `APIID`")
	flags.StringVar(&o.ihuyiText, "ihuyi-text", "您的验证码是：{code}。请不要把验证码泄露给其他人。", "approved `text` with {code} in the code's place; the relay's phone sends it too")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return options{}, err
	case err != nil:
		return options{}, fmt.Errorf("%w (see --help)", err)
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q: there are only flags", flags.Arg(0))
	case flags.NFlag() == 0:
		return o, nil
	}
	return o, o.complete(to)
}

// complete reads the number and checks what has to be there for a real send.
func (o *options) complete(to string) error {
	var problems []error
	if to == "" {
		problems = append(problems, errors.New("--to: say whom to send to"))
	} else if phone, err := provider.ParsePhone(to); err != nil {
		problems = append(problems, fmt.Errorf("--to: %w", err))
	} else {
		o.to = phone
	}
	if o.aliyunKeyID == "" && o.tencentSecretID == "" && o.ihuyiAccount == "" {
		problems = append(problems, errors.New("--aliyun-access-key-id, --tencent-secret-id or --ihuyi-account: give a paid provider for the retry"))
	}
	for _, needed := range []struct{ account, with, flag, value string }{
		{o.aliyunKeyID, "--aliyun-access-key-id", "--aliyun-sign", o.aliyunSign},
		{o.tencentSecretID, "--tencent-secret-id", "--tencent-app-id", o.tencentAppID},
		{o.tencentSecretID, "--tencent-secret-id", "--tencent-sign", o.tencentSign},
		{o.tencentSecretID, "--tencent-secret-id", "--tencent-template", o.tencentTemplate},
	} {
		if needed.account != "" && needed.value == "" {
			problems = append(problems, fmt.Errorf("%s: needed with %s", needed.flag, needed.with))
		}
	}
	if !strings.Contains(o.ihuyiText, "{code}") {
		problems = append(problems, errors.New("--ihuyi-text: write {code} where the code stands"))
	}
	return errors.Join(problems...)
}
