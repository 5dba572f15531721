package gatewaycmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// New returns the command. It runs until its context ends, which is no error.
func New() *cobra.Command {
	var file string
	var asJSON, check bool
	flags := defaults()
	c := &cobra.Command{
		Use:   "gateway",
		Short: "Run a gateway: sites submit texts, phones pull and send them",
		Long: `Run a gateway until SIGINT or SIGTERM, which lets requests finish; a second signal
ends it at once. Settings come from the flags, then from the file, then from the defaults.
It listens on plain HTTP for a reverse proxy on the same machine, unless a certificate is set.

Make tokens with "cnsms token", while the gateway runs or before.`,
		Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&file, "config", "", "the YAML `file` with the settings")
	c.Flags().BoolVar(&asJSON, "json", false, `print {"ready":true,"url":…} on a line of its own when requests are taken`)
	c.Flags().BoolVar(&check, "check", false, "check the settings and end")
	bind(c, &flags)
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := read(file)
		if err != nil {
			return err
		}
		override(c, &settings, flags)
		if err := settings.validate(); err != nil {
			return err
		}
		ready := readyLine(c.OutOrStdout(), asJSON)
		if check {
			fmt.Fprintln(c.OutOrStdout(), "the settings are good")
			return nil
		}
		return run(c.Context(), settings, c.ErrOrStderr(), ready)
	}
	return c
}

// bind declares the flags of the settings that people change most.
func bind(c *cobra.Command, s *Settings) {
	f := c.Flags()
	f.StringVar(&s.Listen, "listen", s.Listen, "the `address` to listen on; port 0 takes a free one")
	f.StringVar(&s.Data, "data", s.Data, "the `file` with jobs and tokens; made when it is not there")
	f.StringVar(&s.PublicURL, "public-url", s.PublicURL, "the `URL` by which phones reach the gateway, for the pairing page")
	f.StringVar(&s.TLS.Cert, "tls-cert", "", "the certificate `file`; read again when it changes")
	f.StringVar(&s.TLS.Key, "tls-key", "", "the key `file` of the certificate")
	f.StringVar(&s.Log.Level, "log-level", s.Log.Level, "debug, info, warn or error")
	f.StringVar(&s.Log.Format, "log-format", s.Log.Format, "text or json")
	f.StringVar(&s.Metrics.Listen, "metrics", "", "the `address` on which to serve /metrics; none by default")
	f.StringVar(&s.App.PrivateTokenFile, "app-token-file", "", "the `file` with the token by which phones with the Android app register")
	f.DurationVar(&s.DrainFor, "drain-for", s.DrainFor, "how long requests may take to end after a signal")
}

// override puts the flags that were given above the file.
func override(c *cobra.Command, s *Settings, flags Settings) {
	for name, set := range map[string]func(){
		"listen":         func() { s.Listen = flags.Listen },
		"data":           func() { s.Data = flags.Data },
		"public-url":     func() { s.PublicURL = flags.PublicURL },
		"tls-cert":       func() { s.TLS.Cert = flags.TLS.Cert },
		"tls-key":        func() { s.TLS.Key = flags.TLS.Key },
		"log-level":      func() { s.Log.Level = flags.Log.Level },
		"log-format":     func() { s.Log.Format = flags.Log.Format },
		"metrics":        func() { s.Metrics.Listen = flags.Metrics.Listen },
		"app-token-file": func() { s.App.PrivateTokenFile = flags.App.PrivateTokenFile },
		"drain-for":      func() { s.DrainFor = flags.DrainFor },
	} {
		if c.Flags().Changed(name) {
			set()
		}
	}
}

// started is what the ready line says.
type started struct {
	Ready   bool   `json:"ready"`
	URL     string `json:"url"`
	Metrics string `json:"metrics,omitempty"`
}

// readyLine returns what to call when requests are taken.
func readyLine(out io.Writer, asJSON bool) func(started) {
	return func(s started) {
		if !asJSON {
			fmt.Fprintln(out, "ready at", s.URL)
			return
		}
		s.Ready = true
		_ = json.NewEncoder(out).Encode(s)
	}
}

// closeTime bounds what is closed at the end.
const closeTime = 10 * time.Second

func ending() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), closeTime)
}
