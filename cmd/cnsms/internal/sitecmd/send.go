package sitecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/terminal"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// exitMayHaveSent is the exit code when nobody knows whether the text was sent.
const exitMayHaveSent = 3

// sendOptions are the flags of send.
type sendOptions struct {
	access

	to, text, lane string
	wait           time.Duration
	international  bool
}

// NewSend returns the command "send".
func NewSend() *cobra.Command {
	o := &sendOptions{}
	c := &cobra.Command{
		Use:   "send --to NUMBER --text TEXT",
		Short: "Send one text through a gateway, and say what became of it",
		Long: `Send one text through a gateway, wait until a phone has sent it, and say what became of it.

Exit codes: 0 a phone has sent it (with --wait 0: the gateway has it), 1 it was not sent and
will not be, 2 the command line is wrong, 3 it may have been sent.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.send(c.Context(), c.OutOrStdout()) },
	}
	o.access.flags(c)
	c.Flags().StringVar(&o.to, "to", "", "the `number`: a mainland mobile number, or with + and the calling code")
	c.Flags().StringVar(&o.text, "text", "", "the text")
	c.Flags().StringVar(&o.lane, "lane", relayapi.DefaultLane, "the lane of phones")
	c.Flags().DurationVar(&o.wait, "wait", 30*time.Second, "how long to wait for a phone; then the text is cancelled")
	c.Flags().BoolVar(&o.international, "international", false, "let numbers outside mainland China through")
	return c
}

// template is the one template: the text as it is.
const template, param = "text", "text"

func (o *sendOptions) send(ctx context.Context, out io.Writer) error {
	token, err := o.token()
	if err != nil {
		return err
	}
	phone, err := provider.ParsePhone(o.to)
	if err != nil {
		return usage(fmt.Errorf("--to: %w", err))
	}
	if o.text == "" {
		return usage(errors.New("--text: want the text"))
	}
	site, err := relay.New(relay.Config{
		BaseURL: o.gateway, PlainHTTP: o.plainHTTP, Token: token, Lane: o.lane, Wait: o.wait, International: o.international,
		Templates: provider.Templates{template: {Text: "{" + param + "}"}},
	})
	if err != nil {
		return usage(errors.New(flagNames.Replace(err.Error())))
	}
	receipt, err := site.Send(ctx, provider.Message{To: phone, Template: template, Params: provider.Params{param: o.text}})
	if err != nil {
		return failed(err)
	}
	if o.wait == 0 {
		fmt.Fprintf(out, "the gateway has the text for %s as %s\n", phone, terminal.Line(receipt.ID))
		return nil
	}
	fmt.Fprintf(out, "sent to %s as %s\n", phone, terminal.Line(receipt.ID))
	return nil
}

// failed says whether the text may have been sent all the same.
func failed(err error) error {
	if provider.MayHaveSent(err) {
		return codedError{fmt.Errorf("the text may have been sent: %w", err), exitMayHaveSent}
	}
	return fmt.Errorf("the text was not sent: %w", err)
}
