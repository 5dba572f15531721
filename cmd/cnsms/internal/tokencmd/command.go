// Package tokencmd is the command "cnsms token": the tokens of sites, phones and operators of
// a gateway on this machine.
package tokencmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
)

// options are the flags that all commands have.
type options struct {
	data string
	json bool
}

// New returns the command.
func New() *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke the tokens of a gateway on this machine",
		Long: `Make, list and revoke tokens, on the machine of the gateway and as its user, whether it
runs or not. The gateway keeps hashes only: a token is shown once, when it is made.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().StringVar(&o.data, "data", "relay.db", "the gateway's `file`")
	c.PersistentFlags().BoolVar(&o.json, "json", false, "print JSON")
	c.AddCommand(newCreate(o), newCode(o), newList(o), newRevoke(o))
	return c
}

// with calls do with the tokens of the data file.
func (o *options) with(create bool, do func(t admin.Tokens) error) error {
	tokens, closeAll, err := admin.Open(o.data, create)
	if err != nil {
		return err
	}
	return errors.Join(do(tokens), closeAll())
}

func newCreate(o *options) *cobra.Command {
	var t admin.Token
	c := &cobra.Command{
		Use:   "create ROLE NAME",
		Short: "Make a token and print it, once",
		Long: `Make a token for a site, a phone or an operator, and print it. Nobody can show it again.

  cnsms token create site shop        submits texts
  cnsms token create phone old-phone  pulls and sends them
  cnsms token create operator eva     sees the pages and manages tokens`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			t.Role, t.Name = args[0], args[1]
			return o.with(true, func(tokens admin.Tokens) error {
				secret, err := tokens.Create(c.Context(), t)
				if err != nil {
					return err
				}
				return o.secret(c.OutOrStdout(), "token", string(secret))
			})
		},
	}
	c.Flags().StringSliceVar(&t.Lanes, "lane", nil, `the lanes that it is for, "*" for every one (default text)`)
	c.Flags().StringSliceVar(&t.Countries, "country", nil, `a site's countries, as calling codes, "*" for every one (default 86)`)
	c.Flags().IntVar(&t.Limits.SubmitsPerMinute, "submits-per-minute", 0, "how many texts of a site are stored in a minute; 0 means no limit")
	c.Flags().IntVar(&t.Limits.SubmitsPerDay, "submits-per-day", 0, "how many texts of a site are stored in 24 hours; 0 means no limit")
	return c
}

// secret prints what is shown once.
func (o *options) secret(out io.Writer, what, value string) error {
	if o.json {
		return json.NewEncoder(out).Encode(map[string]string{what: value})
	}
	_, err := fmt.Fprintln(out, value)
	return err
}

func newCode(o *options) *cobra.Command {
	var i admin.Invitation
	c := &cobra.Command{
		Use:   "code",
		Short: "Make a code by which one phone gets its token, once",
		Long: `Make a code for one phone: for "cnsms phone --code", or, with --app, for the Android app,
whose user types it at "By code". Codes for the app need the running gateway.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.with(true, func(tokens admin.Tokens) error {
				secret, err := tokens.Code(c.Context(), i)
				if err != nil {
					return err
				}
				return o.secret(c.OutOrStdout(), "code", string(secret))
			})
		},
	}
	c.Flags().BoolVar(&i.App, "app", false, "the code is for the Android app")
	c.Flags().StringVar(&i.Name, "name", "", "the phone's name; without one the phone chooses it")
	c.Flags().StringSliceVar(&i.Lanes, "lane", nil, "the lanes that the phone is for (default text)")
	c.Flags().DurationVar(&i.For, "for", 15*time.Minute, "how long the code lives")
	return c
}

func newList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List tokens: their IDs, never the tokens",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.with(false, func(tokens admin.Tokens) error {
				all, err := tokens.List(c.Context())
				if err != nil {
					return err
				}
				return o.list(c.OutOrStdout(), all)
			})
		},
	}
}

func newRevoke(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID|NAME",
		Short: "Revoke a token, or every token of a name, for good",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.with(false, func(tokens admin.Tokens) error {
				revoked, err := tokens.Revoke(c.Context(), args[0])
				if err != nil {
					return err
				}
				return o.list(c.OutOrStdout(), revoked)
			})
		},
	}
}

// list prints tokens.
func (o *options) list(out io.Writer, all []admin.Token) error {
	if o.json {
		return json.NewEncoder(out).Encode(all)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROLE\tNAME\tLANES\tCOUNTRIES\tREVOKED")
	for _, t := range all {
		revoked := ""
		if !t.Revoked.IsZero() {
			revoked = t.Revoked.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Name, given(t.Lanes, "text"), countries(t), revoked)
	}
	return w.Flush()
}

func given(list []string, otherwise string) string {
	if len(list) == 0 {
		return otherwise
	}
	return strings.Join(list, ",")
}

// countries are a site's; others text nobody.
func countries(t admin.Token) string {
	if t.Role != "site" {
		return ""
	}
	return given(t.Countries, "86")
}
