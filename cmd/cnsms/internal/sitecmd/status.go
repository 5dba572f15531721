package sitecmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/terminal"
	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	statusTime = 10 * time.Second
	mostReply  = 1 << 20
)

// NewStatus returns the command "status".
func NewStatus() *cobra.Command {
	a := &access{}
	c := &cobra.Command{
		Use:   "status [ID]",
		Short: "Say whether a gateway works, or what became of a text",
		Long: `Without an ID, ask whether the gateway works, which wants no token. With the ID that
"cnsms send" has printed, say what became of the text, step by step.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), statusTime)
			defer cancel()
			if len(args) == 0 {
				return a.health(ctx, c.OutOrStdout())
			}
			return a.job(ctx, c.OutOrStdout(), args[0])
		},
	}
	a.flags(c)
	return c
}

func (a *access) health(ctx context.Context, out io.Writer) error {
	if a.gateway == "" {
		return usage(errors.New("--gateway: want the gateway's URL, such as https://relay.example.com"))
	}
	var health relayapi.Health
	if err := a.get(ctx, relayapi.PathHealth, "", &health); err != nil {
		return err
	}
	fmt.Fprintln(out, "the gateway works:", terminal.Line(health.Status))
	return nil
}

func (a *access) job(ctx context.Context, out io.Writer, id string) error {
	token, err := a.token()
	if err != nil {
		return err
	}
	var job relayapi.Submission
	if err := a.get(ctx, relayapi.PathSubmissions+"/"+url.PathEscape(id), token, &job); err != nil {
		return err
	}
	fmt.Fprintln(out, terminal.Line(fmt.Sprintf("%s: %s", job.ID, job.State)))
	for _, step := range job.History {
		line := fmt.Sprintf("  %s  %-10s by %s %s%s", step.At.Local().Format(time.DateTime), step.State, step.Source, step.Name, why(step.Failure))
		fmt.Fprintln(out, terminal.Line(line))
	}
	return nil
}

func why(f *relayapi.Failure) string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf(": %s %s", f.Class, f.Text)
}

// get reads a path of the gateway.
func (a *access) get(ctx context.Context, path string, token provider.Secret, into any) error {
	base, err := baseurl.ParseWithout("/v1", a.gateway, a.plainHTTP || token == "")
	if err != nil {
		return usage(errors.New(flagNames.Replace(err.Error())))
	}
	if !credential.IsClean(string(token)) {
		return usage(errors.New("--token-file: the token " + credential.Problem))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.String()+path, nil)
	if err != nil {
		return usage(errors.New("--gateway: not a URL; want one such as https://relay.example.com"))
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+string(token))
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the gateway cannot be reached: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	return decode(response, into)
}

func decode(response *http.Response, into any) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, mostReply))
	if err != nil {
		return fmt.Errorf("the gateway's response broke off: %w", err)
	}
	if response.StatusCode == http.StatusOK && json.Unmarshal(text, into) == nil {
		return nil
	}
	var refused relayapi.ErrorReply
	if json.Unmarshal(text, &refused) != nil || refused.Error.Code == "" {
		return fmt.Errorf("what answered with %s is no gateway: is --gateway right?", response.Status)
	}
	return fmt.Errorf("%s: %s", refused.Error.Code, refused.Error.Message)
}
