// Command replay runs recorded or made-up traffic through the guard and says what the
// guard would have done.
//
//	go run ./otp/replay --in traffic.jsonl --out decisions.jsonl
//	go run ./otp/replay --table
//	go run ./otp/replay --scenario bomb --write traffic.jsonl
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/traffic"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "replay: "+err.Error())
		os.Exit(1)
	}
}

const help = `Replay runs the traffic of a page that sends codes through the guard, on the clock of
the traffic, and says what the guard would have done: texts let through, yuan lost,
honest users refused and challenged.

  go run ./otp/replay --in traffic.jsonl --out decisions.jsonl   your own traffic
  go run ./otp/replay --scenario bomb --write traffic.jsonl      an example of it
  go run ./otp/replay --table                                    every attack and honest day

The traffic is one JSON object on each line, sorted by t:

  t           seconds; 0 is midnight in Beijing
  i           a number that the decision repeats
  typed       the number as it was typed
  ip          the address, "" for not known
  session     the cookie, "" for none
  purpose     what the code is for
  action      start, resend or check (a code is typed)
  token       a challenge token that is shown at once; "good:..." is good until it is spent
  flow        one wish for one code, a number or a name; the guard does not see it
  cond        always; if_no_text: only while the flow has no text; if_pending: only while
              it has one and is not verified
  solve_s     seconds that the client needs for a challenge, null for never
  will_verify whether the client has the right code in the end
  who         honest, victim or attack; without it, who does not verify attacks

The decisions are one line for each start and resend whose condition holds, and a second
one when a challenge was solved:

  {"i":17,"decision":"allow|challenge|refuse","way":"free|paid|none","cost_fen":0}

Flags:
`

type flags struct {
	in, out, scenario, write, countries, into string
	table, list, record, explain              bool
	price, money                              int
	seed                                      uint64
}

func (f *flags) parse(args []string, stdout io.Writer) error {
	set := flag.NewFlagSet("replay", flag.ContinueOnError)
	set.SetOutput(stdout)
	set.Usage = func() {
		_, _ = io.WriteString(stdout, help)
		set.PrintDefaults()
	}
	set.StringVar(&f.in, "in", "", "replay the traffic in this `file`; - reads standard input")
	set.StringVar(&f.out, "out", "", "write the decisions to this `file`")
	set.BoolVar(&f.explain, "explain", false, "write to each decision its rule and the seconds to wait")
	set.StringVar(&f.scenario, "scenario", "", "take the made-up traffic of this `name` in place of a file")
	set.StringVar(&f.write, "write", "", "write the scenario's traffic to this `file` and do not replay it")
	set.BoolVar(&f.list, "list", false, "print the names of the scenarios")
	set.BoolVar(&f.table, "table", false, "run every scenario and print a table")
	set.StringVar(&f.into, "into", "", "put the table into these `files`, separated by commas, in place of the one that they have")
	set.Uint64Var(&f.seed, "seed", 1, "seed of the scenarios")
	set.BoolVar(&f.record, "record-only", false, "have the guard let everything through")
	set.IntVar(&f.price, "price", guard.DefaultRules().Price, "price of a paid text in `fen`")
	set.IntVar(&f.money, "money", guard.DefaultRules().Money, "`fen` that paid texts to strangers may cost in 24 hours")
	set.StringVar(&f.countries, "countries", "*=500", "open `countries` besides +86, with the unverified texts of a day, as 1=100,44=50; * is every other one")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("%q is no flag; put the file's name after --in", set.Arg(0))
	}
	return nil
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	var f flags
	if err := f.parse(args, stdout); err != nil {
		return err
	}
	rules := guard.DefaultRules()
	rules.Price, rules.Money = f.price, f.money
	var err error
	if rules.Countries, err = countries(f.countries); err != nil {
		return err
	}
	c := traffic.Config{Rules: &rules, RecordOnly: f.record, Decisions: traffic.Decisions{Explain: f.explain}}
	switch {
	case f.list:
		return list(stdout)
	case f.table:
		return table(ctx, c, f, stdout)
	}
	events, err := f.events(stdin)
	if err != nil {
		return err
	}
	if f.write != "" {
		return toFile(f.write, func(w io.Writer) error { return traffic.Write(w, events) })
	}
	return replay(ctx, c, f.out, events, stdout)
}

func countries(text string) (map[string]int, error) {
	open := map[string]int{}
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		code, limit, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(limit)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("--countries: %q: want a calling code, = and a number, as in 44=50", part)
		}
		open[code] = n
	}
	return open, nil
}

func list(stdout io.Writer) error {
	w := bufio.NewWriter(stdout)
	for _, s := range traffic.Scenarios() {
		_, _ = fmt.Fprintln(w, s.Name)
	}
	return w.Flush()
}

func (f flags) events(stdin io.Reader) ([]traffic.Event, error) {
	switch {
	case f.scenario != "":
		for _, s := range traffic.Scenarios() {
			if s.Name == f.scenario {
				return s.Make(f.seed), nil
			}
		}
		return nil, fmt.Errorf("--scenario: there is no %q; --list names them all", f.scenario)
	case f.in == "":
		return nil, errors.New("say what to replay: --in and a file, --scenario and a name, or --table; --help explains")
	case f.in == "-":
		return named("standard input", stdin)
	}
	file, err := os.Open(f.in)
	if err != nil {
		return nil, fmt.Errorf("--in: %w", err)
	}
	events, err := named(f.in, file)
	return events, errors.Join(err, file.Close())
}

func named(name string, in io.Reader) ([]traffic.Event, error) {
	events, err := traffic.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return events, nil
}

func replay(ctx context.Context, c traffic.Config, out string, events []traffic.Event, stdout io.Writer) error {
	var s traffic.Summary
	play := func(w io.Writer) (err error) {
		c.Decisions.To = w
		s, err = traffic.Replay(ctx, c, events)
		return err
	}
	var err error
	if out == "" {
		err = play(nil)
	} else {
		err = toFile(out, play)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, s)
	return err
}

func toFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name) //nolint:gosec // Whoever runs the command names the file.
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
