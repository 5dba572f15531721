// Command replay runs recorded or made-up traffic through the guard and says what the
// guard would have done.
//
//	go run ./otp/replay --in traffic.jsonl --out decisions.jsonl
//	go run ./otp/replay --table
//	go run ./otp/replay --scenario bomb --write traffic.jsonl
package main

import (
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
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type flags struct {
	in, out, scenario, write, countries string
	table, record                       bool
	price, money                        int
	seed                                uint64
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var f flags
	set := flag.NewFlagSet("replay", flag.ContinueOnError)
	set.SetOutput(stdout)
	set.StringVar(&f.in, "in", "", "traffic to replay, one JSON object a line")
	set.StringVar(&f.out, "out", "", "where the decisions go, one JSON object a line")
	set.BoolVar(&f.table, "table", false, "run every scenario and print a table")
	set.StringVar(&f.scenario, "scenario", "", "replay this scenario in place of a file")
	set.StringVar(&f.write, "write", "", "write the scenario's traffic to this file and do not replay it")
	set.Uint64Var(&f.seed, "seed", 1, "seed of the scenarios")
	set.BoolVar(&f.record, "record-only", false, "let everything through")
	set.IntVar(&f.price, "price", guard.DefaultRules().Price, "price of a paid text in fen")
	set.IntVar(&f.money, "money", guard.DefaultRules().Money, "fen that paid texts to strangers may cost in 24 hours")
	set.StringVar(&f.countries, "countries", "*=500", "countries besides +86, as 1=100,44=50; * is every other one")
	if err := set.Parse(args); err != nil {
		return err
	}
	rules := guard.DefaultRules()
	rules.Price, rules.Money = f.price, f.money
	var err error
	if rules.Countries, err = countries(f.countries); err != nil {
		return err
	}
	c := traffic.Config{Rules: &rules, RecordOnly: f.record}
	if f.table {
		return table(ctx, c, f.seed, stdout)
	}
	events, err := f.events()
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
			return nil, fmt.Errorf("countries: %q: want a calling code, = and a number", part)
		}
		open[code] = n
	}
	return open, nil
}

func (f flags) events() ([]traffic.Event, error) {
	if f.scenario != "" {
		for _, s := range traffic.Scenarios() {
			if s.Name == f.scenario {
				return s.Make(f.seed), nil
			}
		}
		return nil, fmt.Errorf("scenario: no %q; --table names them all", f.scenario)
	}
	if f.in == "" {
		return nil, errors.New("in: name a file, or use --table or --scenario")
	}
	file, err := os.Open(f.in)
	if err != nil {
		return nil, err
	}
	events, err := traffic.Read(file)
	return events, errors.Join(err, file.Close())
}

func replay(ctx context.Context, c traffic.Config, out string, events []traffic.Event, stdout io.Writer) error {
	var s traffic.Summary
	play := func(w io.Writer) (err error) {
		c.Decisions = w
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

func table(ctx context.Context, c traffic.Config, seed uint64, stdout io.Writer) error {
	for _, s := range traffic.Scenarios() {
		summary, err := traffic.Replay(ctx, c, s.Make(seed))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "%s: %s\n", s.Name, summary); err != nil {
			return err
		}
	}
	return nil
}
