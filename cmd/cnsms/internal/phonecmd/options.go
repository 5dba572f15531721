package phonecmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Env is what the command uses of its surroundings.
type Env struct {
	// Getenv reads the environment.
	Getenv func(name string) string
	// OS is the operating system, as in GOOS. Empty means this one.
	OS string
	// Root is the folder that stands for "/" when the command looks for resolv.conf. Empty
	// means "/".
	Root string
	// Bin is the folder of the programs that the command runs by a name of its own, those of
	// Termux and getprop. Empty means those in PATH.
	Bin string
}

func (e Env) program(name string) string {
	if e.Bin == "" {
		return name
	}
	return filepath.Join(e.Bin, name)
}

// options are the flags, and what comes of them.
type options struct {
	gateway, tokenFile, code, name string
	plainHTTP, json, mute          bool
	lanes                          []string
	sender, command                string
	trustExitCode                  bool
	exitClasses                    map[string]string
	mayHaveSent                    []int
	sim                            int
	outbox                         string
	pace                           time.Duration
	speakCommand, language         string
	speakEvery                     time.Duration
	dns                            []string

	logger *slog.Logger
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	senderTermux = "termux"
	senderExec   = "exec"
	senderFake   = "fake"
)

func (o *options) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.gateway, "gateway", "", "`URL` of the gateway (required)")
	f.BoolVar(&o.plainHTTP, "plain-http", false, "let the gateway's URL be http:// on another machine: whoever is on the way reads the codes")
	f.StringVar(&o.tokenFile, "token-file", "", "`file` with the phone's token; --code writes it (required)")
	f.StringVar(&o.code, "code", "", "one-time `code` of the gateway's operator; gets this phone its token")
	f.StringVar(&o.name, "name", "", "this phone's `name` at the gateway, used with --code; a code may have one already")
	f.StringSliceVar(&o.lanes, "lane", []string{relayapi.DefaultLane}, "`lane` that the phone serves; may be given several times")
	f.StringVar(&o.sender, "sender", senderTermux, "what sends: termux, exec or fake")
	f.StringVar(&o.command, "command", "", "`command` of --sender exec, split at spaces; {to} stands for the number, {sim} for the slot of the SIM that the gateway wants or 0; the text is its standard input")
	f.BoolVar(&o.trustExitCode, "trust-exit-code", false, "the command ends with 0 only when the network has accepted the text")
	f.StringToStringVar(&o.exitClasses, "exit-class", nil, "`CODE=CLASS`: what an exit code of the command means, as in 69=no_service; may be given several times")
	f.IntSliceVar(&o.mayHaveSent, "exit-may-have-sent", nil, "exit `code` of the command after which the text may have been sent; may be given several times")
	f.IntVar(&o.sim, "sim", 0, "`slot` of the SIM that --sender termux uses, from 1 on; 0 is the phone's default")
	f.StringVar(&o.outbox, "outbox", "", "`file` that keeps outcomes until the gateway has them (default: the token file with .outbox)")
	f.DurationVar(&o.pace, "pace", 3*time.Second, "least `time` between two texts")
	f.BoolVar(&o.mute, "mute", false, "do not speak the number of errors")
	f.DurationVar(&o.speakEvery, "speak-every", 15*time.Second, "`time` between two announcements of the number of errors")
	f.StringVar(&o.speakCommand, "speak-command", "", "`command` that speaks {text} or its standard input (default with --sender termux: termux-tts-speak)")
	f.StringVar(&o.language, "language", "zh", "`language` of the announcements: zh or en")
	f.StringSliceVar(&o.dns, "dns", nil, "`address` of a name server; may be given several times (default: the system's)")
	f.BoolVar(&o.json, "json", false, "write a JSON line when ready, and the log as JSON")
}

// classes returns what the exit codes of the command mean.
func (o *options) classes() (map[int]relayapi.FailureClass, error) {
	classes := map[int]relayapi.FailureClass{}
	for text, name := range o.exitClasses {
		code, err := strconv.Atoi(text)
		class := relayapi.FailureClass(name)
		if err != nil || code < 1 || code > 255 || !relayapi.ValidFailureClass(class) {
			return nil, fmt.Errorf("%q: want a code from 1 to 255 and one of invalid_number, limit, no_service, rejected, config, unknown", text+"="+name)
		}
		classes[code] = class
	}
	return classes, nil
}

// check reports every problem of the flags, by name.
func (o *options) check() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if o.gateway == "" {
		add("--gateway: want the URL of the gateway, as in https://relay.example.com")
	}
	if _, err := baseurl.ParseWithout("/v1", o.gateway, o.plainHTTP); err != nil && o.gateway != "" {
		add("--gateway: %s", strings.NewReplacer("BaseURL: ", "", "PlainHTTP", "--plain-http").Replace(err.Error()))
	}
	if o.tokenFile == "" {
		add("--token-file: want the file that keeps the phone's token")
	}
	if !slices.Contains([]string{senderTermux, senderExec, senderFake}, o.sender) {
		add("--sender: %q is unknown; want termux, exec or fake", o.sender)
	}
	if o.sender == senderExec && !strings.Contains(o.command, "{to}") {
		add("--command: want the command that sends, with {to} in the place of the number")
	}
	if o.sender != senderExec && (o.command != "" || o.trustExitCode || len(o.exitClasses)+len(o.mayHaveSent) > 0) {
		add("--command, --trust-exit-code, --exit-class, --exit-may-have-sent: are for --sender exec alone")
	}
	if _, err := o.classes(); err != nil {
		add("--exit-class: %w", err)
	}
	if slices.Contains(o.mayHaveSent, 0) {
		add("--exit-may-have-sent: exit code 0 is no failure")
	}
	if o.sender != senderTermux && o.sim != 0 {
		add("--sim: is for --sender termux alone")
	}
	if o.sim < 0 || o.sim > relayapi.MaxSIMs {
		add("--sim: want 1 to %d, or 0 for the phone's default", relayapi.MaxSIMs)
	}
	if o.language != "zh" && o.language != "en" {
		add("--language: %q is unknown; want zh or en", o.language)
	}
	if o.speakEvery < time.Second {
		add("--speak-every: want a second or more; --mute turns the announcements off")
	}
	if o.pace < 0 {
		add("--pace: must not be negative")
	}
	for i, server := range o.dns {
		address, err := serverOf(server)
		if err != nil {
			add("--dns: %w", err)
			continue
		}
		o.dns[i] = address
	}
	return errors.Join(problems...)
}
