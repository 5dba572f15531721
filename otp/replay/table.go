package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/otp/guard/traffic"
)

// The forms of the two parts of the table. Asked is requests of attackers, wishes is
// honest users; yuan is what their texts cost, hour and day the most of it in any hour
// and day; refused and challenged are honest users; late is attacked people who were not
// in within ten minutes.
const (
	attackForm = "%-20s %8s %6s %5s %5s %5s %8s %11s %9s"
	dayForm    = "%-20s %8s %6s %5s %20s %11s"
)

func attackHead() string {
	return fmt.Sprintf(attackForm, "attack", "asked", "texts", "yuan", "hour", "day", "refused", "challenged", "late")
}

func dayHead() string {
	return fmt.Sprintf(dayForm, "honest day", "wishes", "texts", "yuan", "refused", "challenged")
}

// table runs every scenario and prints a line for each. The error names what is worse
// than the guard promises.
func table(ctx context.Context, c traffic.Config, f flags, stdout io.Writer) error {
	scenarios := traffic.Scenarios()
	sums, failed := make([]traffic.Summary, len(scenarios)), make([]error, len(scenarios))
	var all sync.WaitGroup
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, s := range scenarios {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			sums[i], failed[i] = traffic.Replay(ctx, c, s.Make(f.seed))
		})
	}
	all.Wait()
	lines := []string{attackHead()}
	var bad []error
	for i, s := range scenarios {
		if failed[i] != nil {
			return failed[i]
		}
		bad = append(bad, s.Judge(sums[i]))
		if i > 0 && scenarios[i-1].Attack && !s.Attack {
			lines = append(lines, dayHead())
		}
		lines = append(lines, row(s, sums[i]))
	}
	if f.into == "" {
		_, err := fmt.Fprintln(stdout, strings.Join(lines, "\n"))
		return errors.Join(append(bad, err)...)
	}
	for name := range strings.SplitSeq(f.into, ",") {
		bad = append(bad, into(name, lines))
	}
	return errors.Join(bad...)
}

func row(s traffic.Scenario, sum traffic.Summary) string {
	challenged := fmt.Sprintf("%.1f %%", 100*float64(sum.HonestChallenged)/float64(max(1, sum.HonestFlows)))
	yuan := func(fen int) string { return fmt.Sprintf("%.2f", float64(fen)/100) }
	if !s.Attack {
		return fmt.Sprintf(dayForm, s.Name, thousands(sum.HonestFlows), thousands(sum.HonestTexts), yuan(sum.HonestFen),
			strconv.Itoa(sum.HonestNoText), challenged)
	}
	late := ""
	if sum.Victims > 0 {
		late = fmt.Sprintf("%d of %d", sum.VictimsLate, sum.Victims)
	}
	return strings.TrimRight(fmt.Sprintf(attackForm, s.Name, thousands(sum.AttackAsked), thousands(sum.AttackTexts), yuan(sum.AttackFen),
		yuan(sum.WorstHourFen), yuan(sum.WorstDayFen), strconv.Itoa(sum.HonestNoText), challenged, late), " ")
}

// thousands writes n with commas.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// into puts lines into a file in place of the table that it has, each with what stands
// before the table's head.
func into(name string, lines []string) error {
	data, err := os.ReadFile(name) //nolint:gosec // Whoever runs the command names the file.
	if err != nil {
		return err
	}
	old := strings.Split(string(data), "\n")
	for i, line := range old {
		before, found := strings.CutSuffix(line, attackHead())
		if !found {
			continue
		}
		end := i
		for end < len(old) && len(old[end]) > len(before) && strings.HasPrefix(old[end], before) && !strings.HasPrefix(old[end], "```") {
			end++
		}
		fresh := append([]string{}, old[:i]...)
		for _, l := range lines {
			fresh = append(fresh, before+l)
		}
		text := strings.Join(append(fresh, old[end:]...), "\n")
		return os.WriteFile(name, []byte(text), 0o644) //nolint:gosec // It is a file of documentation.
	}
	return fmt.Errorf("--into: %s has no table; put a line into it that is %q", name, attackHead())
}
